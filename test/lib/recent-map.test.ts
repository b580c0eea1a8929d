import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecentMap } from "../../src/lib/recent-map.ts";

describe("RecentMap", () => {
  it("gives what was made for the key, and keeps at least half of its bound and no more than all", () => {
    const key = fc.constantFrom(..."abcdefghijkl".split(""));
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 8 }),
        fc.array(key, { maxLength: 60 }),
        (bound, keys) => {
          const map = new RecentMap<string>(bound);
          for (const [at, one] of keys.entries()) {
            let isMade = false;
            const value = map.getOrMake(one, () => {
              isMade = true;
              return `${one} of ${at}`;
            });
            expect(value.split(" ")[0]).toBe(one);
            const before = keys.slice(0, at);
            const last = before.lastIndexOf(one);
            const since = new Set(before.slice(last + 1)).size;
            // With fewer others since then than a generation holds, it is still there.
            const isThere = last >= 0 && since < bound >> 1;
            const isGone = last < 0 || since >= bound;
            expect(isMade).toBe(isGone || (isMade && !isThere));
          }
        },
      ),
    );
  });
});
