import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_KEPT_CHARS, maskQuery } from "../../src/gaps/mask-query.ts";

describe("maskQuery", () => {
  it.each([
    ["why does anna.b+x@example.co.uk get 403", "why does [e-mail] get 403"],
    ["card 4111 1111 1111 1111 refused", "card [number] refused"],
    ["call +49 (170) 123-45-67", "call [number]"],
    ["password=hunter2 does not work", "password=[secret] does not work"],
    ["my API key: abc is refused", "my API key: [secret] is refused"],
    ["Authorization: Bearer abcdef.ghi", "Authorization: [secret]"],
    ["bearer aaaaaaaaaaaa", "bearer [secret]"],
    ["git clone https://me:pw@host.example/x", "git clone https://[secret]@host.example/x"],
    ["get https://a.example/cb?code=abc&x=1 fails", "get https://a.example/cb?[secret] fails"],
    ["ghp_abcdefghijklmnop bad credentials", "[key] bad credentials"],
    ["AKIAIOSFODNN7EXAMPLE denied", "[key] denied"],
    ["sk-proj-aaaaaaaabbbb", "[key]"],
    ["commit deadbeefcafebabe1234", "commit [key]"],
    ["session 550e8400-e29b-41d4-a716-446655440000", "session [key]"],
  ])("takes the secret out of %j", (query, masked) => {
    expect(maskQuery(query)).toBe(masked);
  });

  it.each([
    "how do I set maxResultSizeChars",
    "ERR_LISTEN_IN_USE on port 8080",
    "urn:ietf:params:acme:error:connection",
    "upgrade from 1.22.333 to 2024-05-01",
    "RFC 8555 section 7.1.6",
    "subjectAlternativeName extension",
    "証明書を更新する方法",
    "Donaudampfschifffahrtsgesellschaft",
    "kubernetes.io/ingress-class annotation",
    "token bucket",
    "secret management",
  ])("leaves %j as it is", (query) => {
    expect(maskQuery(query)).toBe(query);
  });

  it("finds what a generator makes, but for one in a hundred that looks like a name", () => {
    const byte = fc.noBias(fc.integer({ min: 0, max: 255 }));
    const bytes = fc.array(byte, { minLength: 16, maxLength: 48, size: "max" });
    const keys = (["hex", "base64", "base64url"] as const).flatMap((kind) =>
      fc
        .sample(bytes, { seed: 20_260_501, numRuns: 300 })
        .map((some) => Buffer.from(some).toString(kind)),
    );
    const missed = keys.filter((key) =>
      maskQuery(`why is ${key} refused`).includes(key.slice(0, 16)),
    );
    expect(missed.length).toBeLessThan(keys.length / 100);
  });

  it("is bounded, on one line, and does not change what it made", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 3_000 }), (query) => {
        const masked = maskQuery(query);
        expect(masked.length).toBeLessThanOrEqual(MAX_KEPT_CHARS);
        expect(masked).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it.each(["a", "1 ", "a@", "://a", "A1", "=", "bearer ", "password"])(
    "takes no longer for a megabyte of %j than for its bound",
    (unit) => {
      expect(maskQuery(unit.repeat(1_000_000)).length).toBeLessThanOrEqual(MAX_KEPT_CHARS);
    },
  );
});
