import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuseRanks } from "../../../src/search/semantic/fuse-ranks.ts";

const rankings = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 }), {
  maxLength: 3,
});

describe("fuseRanks", () => {
  it("orders as the sum of reciprocal ranks does", () => {
    fc.assert(
      fc.property(rankings, (lists) => {
        const fused = fuseRanks(lists);
        const scoreOf = (item: number): number =>
          lists.reduce((sum, list) => {
            const index = list.indexOf(item);
            return index < 0 ? sum : sum + 1 / (61 + index);
          }, 0);
        const met = [...new Set(lists.flat())];
        expect(fused.map(({ item }) => item)).toEqual(
          met.toSorted((a, b) => scoreOf(b) - scoreOf(a) || met.indexOf(a) - met.indexOf(b)),
        );
        for (const { item, score } of fused) expect(score).toBe(scoreOf(item));
      }),
    );
  });

  it("keeps a single ranking as it is", () => {
    expect(fuseRanks([["b", "a", "c"], []]).map(({ item }) => item)).toEqual(["b", "a", "c"]);
  });

  it("puts what both have above what one has first", () => {
    expect(
      fuseRanks([
        ["a", "b"],
        ["c", "b"],
      ]).map(({ item }) => item),
    ).toEqual(["b", "a", "c"]);
  });
});
