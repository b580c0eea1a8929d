import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  mean,
  ndcgAt,
  percentile,
  recallAt,
  reciprocalRankAt,
  successAt,
} from "../../../src/search/eval/metrics.ts";

const judged = new Map([
  ["a", 3],
  ["b", 2],
  ["c", 1],
  ["d", 0],
  ["e", -1],
]);

describe("ndcgAt", () => {
  it("is what trec_eval computes by hand", () => {
    // Gains 0, 3, 0, 1 at ranks 1-4; ideal 3, 2, 1.
    const dcg = 3 / Math.log2(3) + 1 / Math.log2(5);
    const ideal = 3 + 2 / Math.log2(3) + 1 / 2;
    expect(ndcgAt(10, ["x", "a", "d", "c"], judged)).toBeCloseTo(dcg / ideal, 12);
    expect(ndcgAt(10, ["x", "a", "d", "c"], judged)).toBeCloseTo(0.4879, 4);
  });

  it("cuts both rankings at k", () => {
    expect(ndcgAt(1, ["b", "a"], judged)).toBeCloseTo(2 / 3, 12);
    expect(ndcgAt(2, ["a", "b"], judged)).toBe(1);
  });

  it("counts grades of 0 and below as nothing", () => {
    expect(ndcgAt(10, ["d", "e"], judged)).toBe(0);
    expect(ndcgAt(10, ["d"], new Map([["d", 0]]))).toBe(0);
  });

  it("is 1 for the ideal ranking and never more", () => {
    const grades = fc.dictionary(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 4 }));
    fc.assert(
      fc.property(grades, fc.integer({ min: 1, max: 20 }), (graded, k) => {
        const all = new Map(Object.entries(graded));
        const ideal = [...all].toSorted((a, b) => b[1] - a[1]).map(([id]) => id);
        const best = ndcgAt(k, ideal, all);
        const hasRelevant = [...all.values()].some((grade) => grade > 0);
        expect(best).toBeCloseTo(hasRelevant ? 1 : 0, 9);
        expect(ndcgAt(k, ideal.toReversed(), all)).toBeLessThanOrEqual(best + 1e-9);
      }),
    );
  });
});

describe("reciprocalRankAt, recallAt, successAt", () => {
  it("looks for the first relevant document within k", () => {
    expect(reciprocalRankAt(10, ["x", "d", "c"], judged)).toBeCloseTo(1 / 3, 12);
    expect(reciprocalRankAt(2, ["x", "d", "c"], judged)).toBe(0);
  });

  it("counts what was found of what is relevant", () => {
    expect(recallAt(100, ["a", "x", "c"], judged)).toBeCloseTo(2 / 3, 12);
    expect(recallAt(1, ["a", "b"], judged)).toBeCloseTo(1 / 3, 12);
    expect(recallAt(100, ["a"], new Map())).toBe(0);
  });

  it("is a success when one of the first k is relevant", () => {
    expect(successAt(1, ["c"], judged)).toBe(1);
    expect(successAt(1, ["d", "c"], judged)).toBe(0);
  });
});

describe("mean and percentile", () => {
  it("are 0 of nothing", () => {
    expect(mean([])).toBe(0);
    expect(percentile(0.5, [])).toBe(0);
  });

  it("takes the nearest rank", () => {
    const values = [5, 1, 4, 2, 3];
    expect(mean(values)).toBe(3);
    expect(percentile(0.5, values)).toBe(3);
    expect(percentile(0.99, values)).toBe(5);
    expect(percentile(0, values)).toBe(1);
  });
});
