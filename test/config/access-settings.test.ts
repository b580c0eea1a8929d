import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { type Config, createConfig } from "../../src/config.ts";

const config = (data: object): Config => createConfig({ sources: ["docs"], ...data }, "/srv");
const auth = { keysFile: "keys.json" };

describe("the settings of private documentation", () => {
  it("are off when nothing is said", () => {
    expect(config({})).toMatchObject({
      ...{ keysFile: undefined, oauthIssuer: undefined, oauthAudience: [], oauthScope: undefined },
      ...{ access: [], allowAnonymous: false },
    });
  });

  it("take rules as mappings and as text", () => {
    const access = [
      { scope: "docs:internal", sections: ["/internal/", "drafts"] },
      "docs:partner=a/b",
    ];
    expect(config({ auth, access })).toMatchObject({
      keysFile: resolve("/srv/keys.json"),
      access: [
        { scope: "docs:internal", sections: ["internal", "drafts"] },
        { scope: "docs:partner", sections: ["a/b"] },
      ],
    });
  });

  it.each([
    "https://login.example.com",
    "https://login.example.com/",
    "http://127.0.0.1:9000",
    "https://login.example.com/realms/docs",
  ])("keep the issuer %s as it was written", (oauthIssuer) =>
    expect(config({ auth: { oauthIssuer } })).toMatchObject({ oauthIssuer }),
  );

  const issuer = { oauthIssuer: "https://login.example.com" };
  it.each<[string, object, RegExp]>([
    ["rules that nobody checks", { access: ["a=b"] }, /access: .*keysFile or oauthIssuer/],
    [
      "anonymous callers without rules",
      { auth: { ...auth, allowAnonymous: true } },
      /allowAnonymous/,
    ],
    ["an audience without an issuer", { auth: { ...auth, oauthAudience: ["x"] } }, /oauthAudience/],
    ["a scope without an issuer", { auth: { ...auth, oauthScope: "x" } }, /oauthScope/],
    [
      "six scopes",
      { auth, access: ["a", "b", "c", "d", "e", "f"].map((one) => `${one}=x`) },
      /at most 5/,
    ],
    ["an issuer without TLS", { auth: { oauthIssuer: "http://login.example.com" } }, /https/],
    ["an issuer with a query", { auth: { oauthIssuer: "https://login.example.com?a=b" } }, /query/],
    ["a scope with a space", { auth: { ...issuer, oauthScope: "a b" } }, /scope/],
    ["a rule without a section", { auth, access: [{ scope: "a" }] }, /section/],
    ["a rule without a scope", { auth, access: [{ sections: ["a"] }] }, /scope/],
    [
      "a rule with more in it",
      { auth, access: [{ scope: "a", sections: ["a"], public: true }] },
      /public/,
    ],
    ["a section of nothing", { auth, access: [{ scope: "a", sections: ["/"] }] }, /section/],
    ["a section with a gap", { auth, access: ["a=b//c"] }, /section/],
    ["a rule that is a number", { auth, access: [7] }, /SCOPE=SECTION/],
  ])("refuse %s", (_what, data, message) => {
    expect(() => config(data)).toThrow(message);
  });
});
