import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../../src/search/analysis/utf8.ts";
import { SortedStrings, StringList } from "../../../src/search/file/string-list.ts";
import { prefixRange, similarWords } from "../../../src/search/query/similar-words.ts";

function listOf(terms: readonly string[]): SortedStrings {
  const encoded = terms.map(encodeUtf8).toSorted((a, b) => Buffer.compare(a, b));
  const offsets = [0];
  for (const bytes of encoded) offsets.push(offsets.at(-1)! + bytes.length);
  const bytes = Uint8Array.from(Buffer.concat(encoded));
  return new SortedStrings(new StringList(bytes, Uint32Array.from(offsets)));
}

/** Optimal string alignment by its definition. */
function distanceOf(a: readonly string[], b: readonly string[]): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_each, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const options = [
        rows[i - 1]![j]! + 1,
        rows[i]![j - 1]! + 1,
        rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
      ];
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        options.push(rows[i - 2]![j - 2]! + 1);
      }
      rows[i]![j] = Math.min(...options);
    }
  }
  return rows[a.length]![b.length]!;
}

const letters = fc.string({ unit: fc.constantFrom("a", "b", "c", "é", "ж"), maxLength: 7 });

describe("similarWords", () => {
  it("finds what a scan of all terms with the same first letter finds", () => {
    const terms = fc.uniqueArray(letters, { maxLength: 60 });
    fc.assert(
      fc.property(terms, letters, fc.integer({ min: 1, max: 2 }), (given, word, most) => {
        fc.pre(word !== "" && !given.includes(word));
        const found = similarWords(listOf(given), word, most);
        const isSame = (term: string): boolean => Array.from(term)[0] === Array.from(word)[0];
        const expected = given.flatMap((term) => {
          const distance = distanceOf(Array.from(term), Array.from(word));
          return isSame(term) && distance <= most ? [{ term, distance }] : [];
        });
        const same = found.filter(({ word: similar }) => isSame(similar));
        expect(new Map(same.map((each) => [each.word, each.distance]))).toEqual(
          new Map(expected.map((each) => [each.term, each.distance])),
        );
      }),
      { numRuns: 300 },
    );
  });

  it.each(["nstall", "xinstall", "unstall", "nistall"])("finds install for %s", (typed) => {
    const terms = similarWords(listOf(["install", "instalx", "other"]), typed, 1).map(
      ({ word }) => word,
    );
    expect(terms).toEqual(["install"]);
  });
});

describe("prefixRange", () => {
  it("is the terms that begin with the prefix", () => {
    const terms = fc.uniqueArray(letters, { maxLength: 60 });
    fc.assert(
      fc.property(terms, letters, (given, prefix) => {
        fc.pre(prefix !== "");
        const list = listOf(given);
        const { start, end } = prefixRange(list, prefix);
        const found = Array.from({ length: end - start }, (_, i) => list.text(start + i));
        expect(new Set(found)).toEqual(new Set(given.filter((term) => term.startsWith(prefix))));
      }),
    );
  });
});
