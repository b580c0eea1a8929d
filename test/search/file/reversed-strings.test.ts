import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReversedStrings } from "../../../src/search/file/reversed-strings.ts";
import { StringList } from "../../../src/search/file/string-list.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const reversed = (text: string): string =>
  Buffer.from(encode(text).toReversed()).toString("latin1");

describe("ReversedStrings", () => {
  it("finds what ends with a suffix as a scan does", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "ä", "s"), maxLength: 6 });
    const words = fc.uniqueArray(word, { maxLength: 60 });
    fc.assert(
      fc.property(words, word, fc.integer({ min: 1, max: 9 }), (given, suffix, limit) => {
        const offsets = [0];
        for (const each of given) offsets.push(offsets.at(-1)! + encode(each).length);
        const list = new StringList(encode(given.join("")), Uint32Array.from(offsets));
        const order = [...given.keys()].toSorted((a, b) =>
          reversed(given[a]!) < reversed(given[b]!) ? -1 : 1,
        );
        const found = new ReversedStrings(list, Uint32Array.from(order)).endingWith(
          encode(suffix),
          limit,
        );
        const expected = order
          .map((index) => given[index]!)
          .filter((each) => each.endsWith(suffix) && each !== suffix);
        expect(found).toEqual(expected.slice(0, limit));
      }),
    );
  });
});
