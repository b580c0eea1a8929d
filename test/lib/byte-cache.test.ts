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

  it("holds what a plain list in the order of last use holds", () => {
    const BOUND = 4_000;
    const weigh = (key: string, size: number): number => size + key.length * 2 + 200;
    const key = fc.nat(11).map((number) => `key ${number}`);
    const step = fc.tuple(fc.boolean(), key, fc.nat(600));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const cache = new ByteCache(BOUND);
        let list: (readonly [key: string, size: number])[] = [];
        const found: unknown[] = [];
        const expected: unknown[] = [];
        for (const [isGet, name, size] of steps) {
          const known = list.find(([other]) => other === name);
          list = list.filter((one) => one !== known);
          if (isGet) {
            found.push(cache.get(name)?.byteLength);
            expected.push(known?.[1]);
            if (known) list.push(known);
          } else {
            cache.set(name, Buffer.alloc(size));
            if (weigh(name, size) <= BOUND / 8) list.push([name, size]);
            while (list.reduce((sum, one) => sum + weigh(...one), 0) > BOUND) list.shift();
          }
        }
        expect(found).toEqual(expected);
      }),
      { numRuns: 1_000 },
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
