import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOf } from "../../../src/search/byte-hash.ts";
import { openSections } from "../../../src/search/file/sections.ts";
import { openSegment, type Segment } from "../../../src/search/file/segment.ts";
import {
  FINGERPRINT_WORDS,
  Fingerprint,
  mayBeAlike,
} from "../../../src/search/ranking/fingerprint.ts";
import { HashSet } from "../../../src/search/ranking/hash-set.ts";
import { areNearDuplicates, comparableOf } from "../../../src/search/ranking/near-duplicates.ts";
import { buildFile, document } from "../support.ts";

function fingerprintOf(words: readonly string[]): Uint32Array {
  const sketch = new Fingerprint();
  for (const word of words) {
    const bytes = new TextEncoder().encode(word);
    sketch.add(hashOf(bytes, 0, bytes.length));
  }
  return Uint32Array.from({ length: FINGERPRINT_WORDS }, (_, i) => sketch.word(i));
}

const wordsFrom = (start: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `word${start + i}`);

function segmentOf(texts: readonly string[]): Segment {
  const file = buildFile(texts.map((text, i) => document(`d${i}`, { text })));
  return openSegment(openSections(file), 1);
}

describe("mayBeAlike", () => {
  it("is true of equal sets, in whatever order and however often their words come", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 400 }), (words) => {
        const some = fingerprintOf(words);
        const others = fingerprintOf([...words, ...words].toReversed());
        expect(mayBeAlike(some, 0, others, 0)).toBe(true);
      }),
    );
  });

  it("is true of nearly all sets with 95 words of 100 in common, of hardly any with 50", () => {
    const share = (percent: number): number => {
      const alike = Array.from({ length: 200 }, (_, i) => {
        const some = fingerprintOf(wordsFrom(i * 1000, 300));
        const others = fingerprintOf(wordsFrom(i * 1000, 3 * percent));
        return mayBeAlike(some, 0, others, 0);
      });
      return alike.filter(Boolean).length / alike.length;
    };
    expect(share(95)).toBeGreaterThan(0.98);
    expect(share(50)).toBeLessThan(0.05);
  });
});

describe("areNearDuplicates", () => {
  const words = wordsFrom(0, 40);
  const changed = (count: number): string => words.with(0, "other").slice(0, count).join(" ");

  it("goes by the share of common words, in one segment and in two", () => {
    const segment = segmentOf([words.join(" "), changed(40), wordsFrom(100, 40).join(" ")]);
    const other = segmentOf(["first", changed(40)]);
    const [one, close, far] = [0, 1, 2].map((each) => comparableOf(segment, each, 1));
    expect(areNearDuplicates(one!, close!)).toBe(true);
    expect(areNearDuplicates(one!, comparableOf(other, 1, 1))).toBe(true);
    expect(areNearDuplicates(one!, far!)).toBe(false);
  });

  it("takes short texts for different, as they are alike by chance", () => {
    const segment = segmentOf(["five words are not enough", "five words are not enough"]);
    const [one, other] = [0, 1].map((each) => comparableOf(segment, each, 1));
    expect(areNearDuplicates(one!, other!)).toBe(false);
  });
});

describe("HashSet", () => {
  it("holds what was put in since it was cleared", () => {
    const set = new HashSet();
    const hashes = fc.array(
      fc.integer({ min: 1, max: 0x7fffffff }).map((hash) => hash & 0x7000000f || 1),
      { maxLength: 2000 },
    );
    fc.assert(
      fc.property(hashes, (given) => {
        set.clear();
        const expected = new Set<number>();
        for (const hash of given) {
          expect(set.add(hash)).toBe(!expected.has(hash));
          expected.add(hash);
        }
        for (let hash = 1; hash < 16; hash++) expect(set.has(hash)).toBe(expected.has(hash));
      }),
      { numRuns: 30 },
    );
  });
});
