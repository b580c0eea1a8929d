import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteCache } from "../../src/lib/byte-cache.ts";

describe("ByteCache", () => {
  it("gives what was put in last, and never holds more than its bound", () => {
    const step = fc.tuple(fc.constantFrom("get", "set"), fc.nat(20), fc.nat(3_000));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const cache = new ByteCache(16_384);
        const last = new Map<string, number>();
        const wrong: string[] = [];
        for (const [kind, number, size] of steps) {
          const key = `key ${number}`;
          if (kind === "set") {
            cache.set(key, Buffer.alloc(size));
            last.set(key, size);
          } else {
            const found = cache.get(key);
            if (found && found.byteLength !== last.get(key)) wrong.push(key);
          }
          expect(cache.sizeBytes).toBeLessThanOrEqual(16_384);
        }
        expect(wrong).toEqual([]);
      }),
    );
  });

  it("forgets what was not asked for longest", () => {
    const cache = new ByteCache(16_384);
    for (let i = 0; i < 8; i++) cache.set(`${i}`, Buffer.alloc(1_700));
    expect(cache.get("0")).toBeDefined();
    cache.set("8", Buffer.alloc(1_700));
    expect(cache.get("0")).toBeDefined();
    expect(cache.get("1")).toBeUndefined();
  });

  it("does not take what would push out an eighth of the rest", () => {
    const cache = new ByteCache(16_384);
    cache.set("large", Buffer.alloc(2_048));
    expect(cache.get("large")).toBeUndefined();
    expect(cache.sizeBytes).toBe(0);
  });
});
