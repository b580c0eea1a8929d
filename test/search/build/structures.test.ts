import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteInterner } from "../../../src/search/build/byte-interner.ts";
import { GrowingBytes } from "../../../src/search/build/growing.ts";
import { PostingBlocks } from "../../../src/search/build/posting-blocks.ts";
import { PostingChains } from "../../../src/search/build/posting-chains.ts";
import { sortStrings } from "../../../src/search/build/sort-strings.ts";
import { Tape } from "../../../src/search/build/tape.ts";
import { hashOf } from "../../../src/search/byte-hash.ts";
import {
  BLOCK_POSTINGS,
  codesStart,
  readDocuments,
  readOther,
} from "../../../src/search/file/postings.ts";
import { bytesOf } from "../../../src/search/file/sections.ts";
import { MemoryScratch } from "../support.ts";

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

describe("sortStrings", () => {
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
        const all = Uint32Array.from(strings.keys());
        const order = sortStrings(pool, Uint32Array.from(offsets), all);
        const expected = strings.toSorted((a, b) => Buffer.compare(a, b));
        expect(Array.from(order, (index) => strings[index])).toEqual(expected);
      }),
    );
  });
});

describe("PostingChains and PostingBlocks", () => {
  it("give back the postings of every term", () => {
    // More different units than there are codes, so that some have none.
    const units = fc.oneof(fc.constantFrom(4 << 16, 8 << 16, 3), fc.integer({ min: 1, max: 400 }));
    const step = fc.constantFrom(1, 7, 300, 70_000);
    const documents = fc.array(
      fc.tuple(step, fc.array(fc.tuple(fc.nat(5), units), { maxLength: 4 })),
      { maxLength: 800, size: "max" },
    );
    fc.assert(
      fc.property(documents, (given) => {
        const chains = new PostingChains();
        const expected = new Map<number, [number, number][]>();
        let document = 0;
        for (const [distance, postings] of given) {
          document += distance;
          for (const [term, packed] of new Map(postings)) {
            chains.append(term, document, packed);
            expected.set(term, [...(expected.get(term) ?? []), [document, packed]]);
          }
        }
        for (const [term, postings] of expected) {
          const { palette } = chains;
          const blocks = new PostingBlocks(palette, new Uint8Array(0), new Float64Array(4));
          const chain = new GrowingBytes();
          chains.copyTo(term, chain);
          blocks.add(postings.length, chain.view());
          expect(readBack(blocks, chains, postings.length)).toEqual(postings);
        }
      }),
      { numRuns: 30 },
    );
  });
});

function readBack(blocks: PostingBlocks, chains: PostingChains, count: number) {
  const bytes = bytesOf(blocks.tape);
  const found: [number, number][] = [];
  // Behind the count, and the first block's place, which is 0.
  let start = count > BLOCK_POSTINGS ? 3 : count > 127 ? 2 : 1;
  let base = 0;
  for (let done = 0; done < count; done += BLOCK_POSTINGS) {
    const size = Math.min(BLOCK_POSTINGS, count - done);
    const documents = new Int32Array(size);
    readDocuments(bytes, start, base, size, documents);
    const codes = codesStart(bytes, start, size);
    for (let i = 0; i < size; i++) {
      const code = bytes[codes + i]!;
      const units = code > 0 ? chains.palette.values[code]! : readOther(bytes, codes, size, i);
      found.push([documents[i]!, units]);
    }
    start = blocks.ends.values[done / BLOCK_POSTINGS]!;
    base = documents[size - 1]!;
  }
  return found;
}

describe("Tape", () => {
  it.each([
    ["held", undefined],
    ["put away", new MemoryScratch()],
  ])("gives its bytes back across pages, %s, as often as it is asked", (_where, scratch) => {
    const bytes = Uint8Array.from({ length: 700_001 }, (_, index) => index % 251);
    const tape = new Tape(scratch);
    const words = new Tape(scratch);
    for (let i = 0; i < 4; i++) tape.append(bytes, 0, bytes.length);
    for (let i = 0; i < 100_000; i++) words.pushWord(i * 70_001);
    const all = Buffer.concat([bytes, bytes, bytes, bytes]);
    for (let i = 0; i < 2; i++) expect(Buffer.compare(bytesOf(tape), all)).toBe(0);
    const read = new Uint32Array(bytesOf(words).buffer);
    expect(read).toEqual(Uint32Array.from({ length: 100_000 }, (_, i) => i * 70_001));
  });
});
