import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBearerKey, hashBearerKey, isBearerKey } from "../../src/auth/bearer-key.ts";

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe("bearer keys", () => {
  it("have one form, whatever the bits", () => {
    fc.assert(
      fc.property(secret, (bytes) => {
        const key = createBearerKey(() => bytes);
        expect(key).toMatch(/^dpk_[0-9A-Za-z]{49}$/);
        expect(isBearerKey(key)).toBe(true);
      }),
    );
  });

  it("differ when their bits differ", () => {
    fc.assert(
      fc.property(secret, secret, (one, other) => {
        const isSame = Buffer.compare(one, other) === 0;
        expect(createBearerKey(() => one) === createBearerKey(() => other)).toBe(isSame);
      }),
    );
  });

  it("keep the first and the last of 256 bits", () => {
    const key = (first: number, last: number): string =>
      createBearerKey(() =>
        Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? first : at === 31 ? last : 0)),
      );
    expect(new Set([key(0, 0), key(128, 0), key(0, 1), key(255, 255)]).size).toBe(4);
  });

  it("are told from a key with one letter changed", () => {
    fc.assert(
      fc.property(secret, fc.nat(52), fc.constantFrom("0", "a", "Z"), (bytes, at, letter) => {
        const key = createBearerKey(() => bytes);
        const changed = key.slice(0, at) + letter + key.slice(at + 1);
        expect(isBearerKey(changed)).toBe(changed === key);
      }),
    );
  });

  it.each(["", "dpk_", "Dpk_x", `dpk_${"A".repeat(49)}`, `${createBearerKey()} `])(
    "are not %j",
    (text) => expect(isBearerKey(text)).toBe(false),
  );

  it("are kept as SHA-256", () => {
    expect(hashBearerKey("abc").toString("hex")).toMatch(/^ba7816bf8f01cfea.*20015ad$/);
  });
});
