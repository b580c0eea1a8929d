import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openSections } from "../../../src/search/file/sections.ts";
import { openSegment } from "../../../src/search/file/segment.ts";
import type { IndexDocument } from "../../../src/search/index-document.ts";
import { TermStatistics } from "../../../src/search/query/term-statistics.ts";
import { LENGTHS, lengthByte } from "../../../src/search/ranking/field-lengths.ts";
import { addTopDocuments } from "../../../src/search/ranking/max-score.ts";
import { PostingCursor } from "../../../src/search/ranking/posting-cursor.ts";
import { FIELD_SCORING, FIELDS, K1, SCORE_SCALE } from "../../../src/search/ranking/scoring.ts";
import { TopDocuments } from "../../../src/search/ranking/top-documents.ts";
import { buildFile, document } from "../support.ts";

const VOCABULARY = ["aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh"];

/** Documents in which the first words are in nearly all and the last ones are rare. */
function corpus(seed: number, count: number): IndexDocument[] {
  let state = seed | 1;
  const random = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x3c6ef372;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
  const words = (most: number): string =>
    Array.from({ length: Math.floor(random() * most) }, () => {
      const place = Math.floor(VOCABULARY.length * random() ** 3);
      return VOCABULARY[place] ?? "";
    }).join(" ");
  return Array.from({ length: count }, (_, index) =>
    document(`d${index}`, {
      language: "xx",
      title: random() < 0.2 ? words(4) : "",
      headings: random() < 0.1 ? [words(3), words(2)] : [],
      text: words(random() < 0.05 ? 200 : 12),
      code: random() < 0.1 ? words(9) : "",
    }),
  );
}

function statisticsOf(documents: readonly IndexDocument[]): TermStatistics {
  return new TermStatistics([openSegment(openSections(buildFile(documents)), 1)]);
}

function cursorsFor(statistics: TermStatistics, weights: ReadonlyMap<string, number>) {
  const part = statistics.parts[0]!;
  return [...weights].flatMap(([term, weight]) => {
    const number = statistics.find(term)?.numbers[0] ?? -1;
    if (number < 0) return [];
    return [new PostingCursor(part.segment, part.weights, number, weight * SCORE_SCALE)];
  });
}

const weightsOf = fc
  .uniqueArray(
    fc.tuple(fc.constantFrom(...VOCABULARY), fc.double({ min: 0.01, max: 9, noNaN: true })),
    {
      minLength: 1,
      selector: ([word]) => word,
    },
  )
  .map((entries) => new Map(entries));

describe("addTopDocuments", () => {
  // Several blocks of postings and several windows of documents.
  const documents = corpus(7, 5000);
  const statistics = statisticsOf(documents);

  it("returns exactly what adding up every posting returns", () => {
    const accepts = fc.option(
      fc.integer({ min: 2, max: 5 }).map((n) => (each: number) => each % n !== 0),
      { nil: undefined },
    );
    fc.assert(
      fc.property(weightsOf, fc.integer({ min: 1, max: 50 }), accepts, (weights, depth, test) => {
        const skipping = new TopDocuments(depth);
        const cursors = cursorsFor(statistics, weights);
        addTopDocuments(cursors, documents.length, 0, test, skipping);
        const exhaustive = new TopDocuments(depth);
        const all = cursorsFor(statistics, weights);
        for (let each = 0; each < documents.length; each++) {
          const score = all.reduce((sum, cursor) => sum + cursor.scoreAt(each), 0);
          if (score > 0 && (test?.(each) ?? true)) exhaustive.add(each, score);
        }
        expect(skipping.take()).toEqual(exhaustive.take());
      }),
      { numRuns: 60 },
    );
  });

  it("scores as BM25F does in a plain scan of the texts", () => {
    const small = fc.tuple(fc.integer(), fc.integer({ min: 1, max: 300 }), weightsOf);
    fc.assert(
      fc.property(small, ([seed, count, weights]) => {
        const texts = corpus(seed, count);
        const top = new TopDocuments(count);
        const cursors = cursorsFor(statisticsOf(texts), weights);
        addTopDocuments(cursors, count, 0, undefined, top);
        const expected = naiveScores(texts, weights);
        const found = top.take();
        expect(new Set(found.map((each) => each.document))).toEqual(new Set(expected.keys()));
        for (const each of found) {
          const difference = Math.abs(each.score / SCORE_SCALE - expected.get(each.document)!);
          expect(difference).toBeLessThan((weights.size * 2) / SCORE_SCALE);
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** BM25F by its formula, from the texts, for documents that hold any of the words. */
function naiveScores(
  documents: readonly IndexDocument[],
  weights: ReadonlyMap<string, number>,
): Map<number, number> {
  const split = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");
  const rows = documents.map(({ title, headings, text, code }) =>
    [title, headings.join(" "), text, code].map(split),
  );
  const lengthOf = (words: readonly string[]): number => LENGTHS[lengthByte(words.length)]!;
  const averages = FIELDS.map(
    (_, field) => rows.reduce((sum, row) => sum + lengthOf(row[field]!), 0) / rows.length,
  );
  const scores = new Map<number, number>();
  for (const [document, row] of rows.entries()) {
    let score = 0;
    for (const [term, weight] of weights) {
      let frequency = 0;
      for (const [field, name] of FIELDS.entries()) {
        const count = row[field]!.filter((word) => word === term).length;
        if (count === 0) continue;
        const { b, weight: fieldWeight } = FIELD_SCORING[name];
        const length = lengthOf(row[field]!) / averages[field]!;
        // Occurrences are kept in quarters in a byte.
        frequency += (fieldWeight * Math.min(count, 255 / 4)) / (1 - b + b * length);
      }
      score += (weight * frequency) / (K1 + frequency);
    }
    if (score > 0) scores.set(document, score);
  }
  return scores;
}
