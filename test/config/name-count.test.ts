import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/config/config-problem.ts";
import { createConfig } from "../../src/config.ts";

const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";
const OTHER_CA = "https://ca.example.com/directory";

const namesUpTo = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `docs-${i}.example.com`);

function problemsOf(settings: object): readonly string[] {
  try {
    createConfig({ sources: ["docs"], ...settings }, import.meta.dirname);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n").slice(1);
    throw error;
  }
}

describe("more names than the CA puts into a certificate", () => {
  it.each([{}, { staging: true }, { acmeDirectory: LETS_ENCRYPT }])("are refused with %j", (ca) => {
    expect(problemsOf({ ...ca, domain: namesUpTo(100) })).toEqual([]);
    expect(problemsOf({ ...ca, domain: namesUpTo(101) })).toEqual([
      "  domain: expected at most 100 names, all that Let's Encrypt puts into one certificate, and the others on a second server with a folder or store of its own, got 101",
    ]);
  });

  it.each([{ profile: "tlsserver" }, { profile: "shortlived" }])("are refused with %j", (given) => {
    expect(problemsOf({ ...given, domain: namesUpTo(25) })).toEqual([]);
    expect(problemsOf({ ...given, domain: namesUpTo(26) })).toEqual([
      `  domain: expected at most 25 names, all that Let's Encrypt puts into one certificate of the profile ${given.profile}, and the others on a second server with a folder or store of its own, got 26`,
    ]);
  });

  it("are refused with an IP address among them", () => {
    expect(problemsOf({ domain: [...namesUpTo(24), "192.0.2.7"] })).toEqual([]);
    expect(problemsOf({ domain: [...namesUpTo(25), "192.0.2.7"] })).toEqual([
      expect.stringMatching(/at most 25 names, .* of the profile shortlived, .* got 26$/),
    ]);
  });

  it("are counted with those of single sources", () => {
    const sources = ["guide", "api"].map((name) => ({
      location: name,
      name,
      domain: `${name}.example.com`,
    }));
    expect(problemsOf({ sources, domain: namesUpTo(98) })).toEqual([]);
    expect(problemsOf({ sources, domain: namesUpTo(99) })).toEqual([
      expect.stringMatching(/^ {2}domain: expected at most 100 names, .* got 101$/),
    ]);
  });

  it("are refused when only the second CA takes fewer", () => {
    const settings = { acmeDirectory: OTHER_CA, fallbackDirectory: LETS_ENCRYPT };
    expect(problemsOf({ ...settings, domain: namesUpTo(100) })).toEqual([]);
    expect(problemsOf({ ...settings, domain: namesUpTo(101) })).toEqual([
      `  fallbackDirectory: expected none for 101 names, or at most 100 names, all that Let's Encrypt puts into one certificate, got "${LETS_ENCRYPT}"`,
    ]);
  });

  it.each([{ acmeDirectory: OTHER_CA }, { tls: "off" }])("are none of ours with %j", (settings) => {
    expect(problemsOf({ ...settings, domain: namesUpTo(300) })).toEqual([]);
  });
});
