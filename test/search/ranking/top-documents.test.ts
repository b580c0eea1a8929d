import * as fc from "fast-check";
import { expect, it } from "vitest";
import { TopDocuments } from "../../../src/search/ranking/top-documents.ts";

it("keeps what sorting everything would put first", () => {
  const scores = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 200 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 30 }), (given, depth) => {
      const top = new TopDocuments(depth);
      for (const [document, score] of given.entries()) top.add(document, score);
      const sorted = given
        .map((score, document) => ({ document, score }))
        .toSorted((a, b) => b.score - a.score || a.document - b.document);
      expect(top.threshold).toBe(given.length < depth ? 0 : sorted[depth - 1]!.score);
      expect(top.take()).toEqual(sorted.slice(0, depth));
    }),
  );
});
