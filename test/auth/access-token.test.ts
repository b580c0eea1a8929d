import { createHmac } from "node:crypto";
import { exportSPKI, importJWK } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { type TokenVerdict, verifyAccessToken } from "../../src/auth/access-token.ts";
import { ProviderKeys } from "../../src/auth/provider-keys.ts";
import { FakeClock } from "../support/fake-clock.ts";
import {
  AUDIENCE,
  ISSUER,
  newSigningKey,
  type SigningKey,
  signToken,
  TestProvider,
} from "./test-provider.ts";

const clock = new FakeClock();
const second = Math.floor(clock.now() / 1_000);
let key: SigningKey;
let rsa: SigningKey;
let keys: ProviderKeys;

beforeAll(async () => {
  key = await newSigningKey("one");
  rsa = await newSigningKey("rsa", "RS256");
  const { fetch } = new TestProvider([key, rsa]);
  keys = new ProviderKeys({ issuer: ISSUER, fetch, clock });
});

const verify = (token: string, audiences = [AUDIENCE]): Promise<TokenVerdict> =>
  verifyAccessToken(token, { issuer: ISSUER, audiences, keys, clock });
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const refusal = (reason: string): object => ({
  kind: "refused",
  reason: expect.stringContaining(reason),
});

describe("an access token", () => {
  it("is taken with its scopes", async () => {
    expect(await verify(await signToken(key, clock))).toEqual({
      kind: "accepted",
      subject: "ada",
      scopes: new Set(["docs:read", "docs:internal"]),
    });
  });

  it.each([
    ["several audiences", { aud: ["https://other.example", AUDIENCE] }, {}],
    ["the type that providers wrote before RFC 9068", {}, { typ: "JWT" }],
    ["no type", {}, { typ: undefined }],
    ["an expiry within the tolerance", { exp: second - 29 }, {}],
  ])("is taken with %s", async (_what, claims, header) => {
    expect(await verify(await signToken(key, clock, claims, header))).toMatchObject({
      kind: "accepted",
    });
  });

  it.each([
    [{ scope: undefined, scp: "a b" }, ["a", "b"]],
    [{ scope: undefined, scp: ["a", "b"] }, ["a", "b"]],
    [{ scope: undefined }, []],
    [{ scope: 7, scp: [{}, 'quo"te', "a"] }, ["a"]],
  ])("has the scopes of %j", async (claims, scopes) => {
    const verdict = await verify(await signToken(key, clock, claims));
    expect(verdict).toMatchObject({ kind: "accepted", scopes: new Set(scopes) });
  });

  it.each([
    ["of another audience", { aud: "https://other.example/mcp" }, {}, "not for this server"],
    ["for the whole host only", { aud: "https://docs.example.com" }, {}, "not for this server"],
    ["without an audience", { aud: undefined }, {}, "not for this server"],
    ["of another issuer", { iss: "https://evil.example" }, {}, "another issuer"],
    ["of an issuer that only begins so", { iss: `${ISSUER}/` }, {}, "another issuer"],
    ["that has expired", { exp: second - 31 }, {}, "expired"],
    ["that never expires", { exp: undefined }, {}, "claim"],
    ["of the future", { nbf: second + 60 }, {}, "not valid yet"],
    ["with a key that nobody knows", {}, { kid: "two" }, "no key"],
    ["that names the key of another kind", {}, { kid: "rsa" }, "no key"],
    ["without a key id where there are several algorithms", {}, { kid: "" }, "no key"],
    ["of another type", {}, { typ: "logout+jwt" }, "not an access token"],
    ["that is an ID token", { nonce: "n" }, { typ: "JWT" }, "ID token"],
    ["that is an ID token by its hash", { at_hash: "h" }, { typ: "JWT" }, "ID token"],
    ["that needs a proof of possession", { cnf: { jkt: "x" } }, {}, "bound"],
    ["that is too long", { filler: "x".repeat(8_192) }, {}, "too long"],
  ])("%s is refused", async (_what, claims, header, reason) => {
    expect(await verify(await signToken(key, clock, claims, header))).toEqual(refusal(reason));
  });

  it("with a critical extension is refused", async () => {
    const [, payload, signature] = (await signToken(key, clock)).split(".");
    const header = encode({ alg: key.alg, kid: key.kid, typ: "at+jwt", crit: ["exp"] });
    expect(await verify(`${header}.${payload}.${signature}`)).toEqual(refusal("not a token"));
  });

  it("without a signature is refused", async () => {
    const payload = (await signToken(key, clock)).split(".")[1];
    for (const alg of ["none", "None", "NONE", ""]) {
      for (const signature of ["", "AA"]) {
        const token = `${encode({ alg, kid: "one", typ: "at+jwt" })}.${payload}.${signature}`;
        expect(await verify(token)).toMatchObject({ kind: "refused" });
      }
    }
  });

  it("signed with the public key as an HMAC secret is refused", async () => {
    const publicKey = await importJWK(rsa.publicJwk, "RS256");
    if (!("type" in publicKey)) throw new Error("a key was expected");
    const pem = await exportSPKI(publicKey);
    const payload = (await signToken(rsa, clock)).split(".")[1];
    for (const alg of ["HS256", "HS384", "HS512"]) {
      const signed = `${encode({ alg, kid: "rsa", typ: "at+jwt" })}.${payload}`;
      const mac = createHmac(alg.replace("HS", "sha"), pem).update(signed).digest("base64url");
      expect(await verify(`${signed}.${mac}`)).toEqual(refusal("algorithm"));
    }
  });

  it("signed with a key that it brings itself is refused", async () => {
    const own = await newSigningKey("one");
    const token = await signToken(
      own,
      clock,
      {},
      { jwk: own.publicJwk, jku: "https://evil.example/keys" },
    );
    expect(await verify(token)).toEqual(refusal("signature"));
  });

  it("changed after it was signed is refused", async () => {
    const [header, , signature] = (await signToken(key, clock)).split(".");
    const [, payload] = (await signToken(key, clock, { scope: "docs:root" })).split(".");
    expect(await verify(`${header}.${payload}.${signature}`)).toEqual(refusal("signature"));
  });

  it.each(["", ".", "..", "a.b.c", "a.b.c.d.e", "\u0000", "ey".repeat(100), "{}"])(
    "is not %j",
    async (token) => expect(await verify(token)).toEqual(refusal("not a token")),
  );

  it("says nothing of itself in the reason", async () => {
    const verdict = await verify(await signToken(key, clock, { aud: "quiet", sub: "quiet" }));
    expect(JSON.stringify(verdict)).not.toContain("quiet");
  });
});
