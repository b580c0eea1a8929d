import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteInterner } from "../../../src/search/build/byte-interner.ts";
import { GrowingBytes, PagedBytes } from "../../../src/search/build/growing.ts";
import { PostingChains } from "../../../src/search/build/posting-chains.ts";
import { sortedStrings } from "../../../src/search/build/sort-strings.ts";
import { hashOf } from "../../../src/search/byte-hash.ts";
import { readPostings } from "../../../src/search/file/postings.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("ByteInterner", () => {
  it("numbers distinct strings like a Map does", () => {
    const strings = fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.nat(2)), { maxLength: 3000 });
    fc.assert(
      fc.property(strings, (given) => {
        const interner = new ByteInterner();
        const expected = new Map<string, number>();
        for (const [text, tag] of given) {
          const bytes = encode(text);
          const key = `${tag} ${text}`;
          if (!expected.has(key)) expected.set(key, expected.size);
          const number = interner.intern(
            bytes,
            0,
            bytes.length,
            hashOf(bytes, 0, bytes.length),
            tag,
          );
          expect(number).toBe(expected.get(key));
        }
        expect(interner.size).toBe(expected.size);
      }),
      { numRuns: 30 },
    );
  });
});

describe("sortedStrings", () => {
  it("orders by bytes, prefixes first", () => {
    const bytes = fc.uniqueArray(fc.uint8Array({ maxLength: 6 }), {
      maxLength: 200,
      selector: (value) => value.join(),
    });
    fc.assert(
      fc.property(bytes, (strings) => {
        const offsets = [0];
        for (const string of strings) offsets.push(offsets.at(-1)! + string.length);
        const pool = Uint8Array.from(strings.flatMap((string) => [...string]));
        const order = sortedStrings(pool, Uint32Array.from(offsets), strings.length);
        const expected = strings.toSorted((a, b) => Buffer.compare(a, b));
        expect(Array.from(order, (index) => strings[index])).toEqual(expected);
      }),
    );
  });
});

describe("PostingChains", () => {
  it("gives back the postings of every term", () => {
    const units = fc.constantFrom(4 << 16, 8 << 16, 3, 4 | (2 << 8), 0x01020304, 0xff << 24);
    const documents = fc.array(fc.array(fc.tuple(fc.nat(5), units), { maxLength: 4 }), {
      maxLength: 600,
    });
    fc.assert(
      fc.property(documents, (given) => {
        const chains = new PostingChains();
        const expected = new Map<number, [number, number][]>();
        for (const [document, postings] of given.entries()) {
          for (const [term, packed] of new Map(postings)) {
            // Rare terms stay in one slice, common ones fill many.
            chains.append(term, document * 7, packed);
            expected.set(term, [...(expected.get(term) ?? []), [document * 7, packed]]);
          }
        }
        for (const [term, postings] of expected) {
          const out = new GrowingBytes();
          chains.copyTo(term, out);
          const count = chains.documentCounts[term]!;
          const numbers = new Int32Array(count);
          const packed = new Int32Array(count);
          readPostings(out.values, 0, out.length, 0, count, numbers, packed);
          expect(Array.from(numbers, (number, i) => [number, packed[i]])).toEqual(postings);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("PagedBytes", () => {
  it("keeps bytes across pages", () => {
    const bytes = Uint8Array.from({ length: 700_001 }, (_, index) => index % 251);
    const paged = new PagedBytes();
    for (let i = 0; i < 4; i++) paged.append(bytes, 0, bytes.length);
    const copy = new Uint8Array(paged.length + 1);
    paged.copyTo(copy, 1);
    expect(Buffer.compare(copy.subarray(1), Buffer.concat([bytes, bytes, bytes, bytes]))).toBe(0);
  });
});
