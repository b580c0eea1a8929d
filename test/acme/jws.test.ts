import { createHmac, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { AccountKey } from "../../src/acme/account-key.ts";
import { type FlattenedJws, signExternalAccountBinding, signJws } from "../../src/acme/jws.ts";
import { thumbprintOf } from "../../src/certs/drill/ca/verify-jws.ts";

const decode = (text: string): unknown => JSON.parse(Buffer.from(text, "base64url").toString());

function isSignedBy(jws: FlattenedJws, jwk: object, hash: string): boolean {
  const key = createPublicKey({ key: { ...jwk }, format: "jwk" });
  const input = Buffer.from(`${jws.protected}.${jws.payload}`);
  const signature = Buffer.from(jws.signature, "base64url");
  return verify(hash, input, { key, dsaEncoding: "ieee-p1363" }, signature);
}

describe("the thumbprint", () => {
  // RFC 7638 §3.1. The test CA computes it in its own way; the account key has to agree with that.
  it("of RFC 7638's example is what the test CA says", () => {
    const n =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    expect(thumbprintOf({ kty: "RSA", n, e: "AQAB" })).toBe(
      "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    );
  });

  it.each(["ES256", "ES384"] as const)("of an %s key is that of RFC 7638 §3", async (algorithm) => {
    const key = await AccountKey.generate(algorithm);
    expect(key.thumbprint).toBe(thumbprintOf(key.jwk));
    expect(key.keyAuthorization("token")).toBe(`token.${key.thumbprint}`);
    expect(AccountKey.fromPem(key.toPem()).thumbprint).toBe(key.thumbprint);
  });
});

describe("signJws", () => {
  const common = { url: "https://ca.test/newOrder", nonce: "abc", payload: { a: "ü" } };

  it.each([
    ["ES256", "sha256", 64],
    ["ES384", "sha384", 96],
  ] as const)("signs with %s, r and s side by side", async (algorithm, hash, length) => {
    const key = await AccountKey.generate(algorithm);
    const jws = signJws({ ...common, signer: { key, kid: "https://ca.test/account/1" } });
    expect(Object.keys(jws)).toEqual(["protected", "payload", "signature"]);
    expect(decode(jws.protected)).toEqual({
      alg: algorithm,
      kid: "https://ca.test/account/1",
      nonce: "abc",
      url: "https://ca.test/newOrder",
    });
    expect(decode(jws.payload)).toEqual({ a: "ü" });
    expect(Buffer.from(jws.signature, "base64url")).toHaveLength(length);
    expect(isSignedBy(jws, key.jwk, hash)).toBe(true);
  });

  it("leaves the payload of a POST-as-GET empty, and a nonce out where there is none", async () => {
    const key = await AccountKey.generate();
    const jws = signJws({ signer: { key }, url: "https://ca.test/order/1", payload: "" });
    expect(jws.payload).toBe("");
    expect(decode(jws.protected)).toEqual({
      alg: "ES256",
      jwk: key.jwk,
      url: "https://ca.test/order/1",
    });
  });

  it("signs with an RSA certificate key", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const jws = signJws({ ...common, signer: { certificateKey: privateKey } });
    const { alg, jwk } = decode(jws.protected) as { alg: string; jwk: object };
    expect(alg).toBe("RS256");
    expect(Object.keys(jwk).toSorted()).toEqual(["e", "kty", "n"]);
    expect(isSignedBy(jws, jwk, "sha256")).toBe(true);
  });
});

describe("signExternalAccountBinding (RFC 8555 §7.3.4)", () => {
  it("signs the account's public key by HMAC, without a nonce", async () => {
    const key = await AccountKey.generate();
    const hmacKey = Buffer.from("0123456789abcdef0123456789abcdef").toString("base64url");
    const url = "https://ca.test/newAccount";
    const jws = signExternalAccountBinding({ kid: "kid-1", hmacKey }, key, url);
    expect(decode(jws.protected)).toEqual({ alg: "HS256", kid: "kid-1", url });
    expect(decode(jws.payload)).toEqual(key.jwk);
    const expected = createHmac("sha256", "0123456789abcdef0123456789abcdef")
      .update(`${jws.protected}.${jws.payload}`)
      .digest("base64url");
    expect(jws.signature).toBe(expected);
  });
});
