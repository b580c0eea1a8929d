import { KIND_WORD } from "../analysis/tokenizer.ts";
import { BLOCK_POSTINGS, readPostings } from "../file/postings.ts";
import { contentOf } from "../file/sections.ts";
import type { SegmentContents } from "../file/segment-sections.ts";
import { NO_TERM, SURFACE_KIND_MASK, UNITS_BITS, UNITS_MASK } from "../file/surface-terms.ts";
import { averageLengths, LENGTHS, unitWeights } from "../ranking/field-lengths.ts";
import { FIELDS, FULL_UNITS } from "../ranking/scoring.ts";
import { weightedFrequency } from "../ranking/weighted-frequency.ts";
import type { ByteInterner } from "./byte-interner.ts";
import { GrowingBytes, GrowingUint32 } from "./growing.ts";
import type { PostingChains } from "./posting-chains.ts";
import { sortStrings } from "./sort-strings.ts";
import type { SurfaceTable } from "./surface-table.ts";

type TermContents = Pick<
  SegmentContents,
  | "termBytes"
  | "termOffsets"
  | "postingOffsets"
  | "postings"
  | "blockLastDocuments"
  | "blockEnds"
  | "blockBounds"
  | "surfaceTerms"
  | "surfaceTermLists"
  | "vocabulary"
  | "boundAverages"
>;

/**
 * Sorts the terms, writes their postings in that order with a bound for every block, and points the
 * surfaces to the terms' new numbers.
 */
export function termContents(
  table: SurfaceTable,
  chains: PostingChains,
  fieldLengths: Uint8Array,
): TermContents {
  const { terms } = table;
  const all = Uint32Array.from({ length: terms.size }, (_, term) => term);
  const order = sortStrings(terms.pool.values, terms.offsets.values, all);
  const bytes = new GrowingBytes();
  const offsets = new GrowingUint32();
  const postings = new GrowingBytes();
  const postingOffsets = new GrowingUint32();
  const averages = averagesOf(fieldLengths);
  const blocks = new BlockWriter(fieldLengths, averages);
  const chain = new GrowingBytes();
  const newNumbers = new Uint32Array(terms.size);
  for (const [place, term] of order.entries()) {
    newNumbers[term] = place;
    offsets.push(bytes.length);
    bytes.append(terms.pool.values, terms.offsets.values[term]!, terms.offsets.values[term + 1]!);
    postingOffsets.push(postings.length);
    const count = chains.documentCounts[term] ?? 0;
    postings.pushVarint(count);
    chain.clear();
    chains.copyTo(term, chain);
    if (count > BLOCK_POSTINGS) {
      postings.pushVarint(blocks.lastDocuments.length);
      blocks.add(chain, count, postings.length);
    }
    postings.append(chain.values, 0, chain.length);
  }
  offsets.push(bytes.length);
  postingOffsets.push(postings.length);
  return {
    termBytes: contentOf(bytes.toArray()),
    termOffsets: contentOf(offsets.toArray()),
    postings: contentOf(postings.toArray()),
    postingOffsets: contentOf(postingOffsets.toArray()),
    blockLastDocuments: contentOf(blocks.lastDocuments.toArray()),
    blockEnds: contentOf(blocks.ends.toArray()),
    blockBounds: contentOf(Float32Array.from(blocks.bounds)),
    surfaceTerms: contentOf(
      table.termOf.toArray().map((entry) => (entry < NO_TERM ? newNumbers[entry]! : entry)),
    ),
    vocabulary: contentOf(vocabularyOf(table)),
    surfaceTermLists: contentOf(renumberLists(table.lists.toArray(), newNumbers)),
    boundAverages: contentOf(averages),
  };
}

/** The surfaces that are plain words, in the order of their bytes. */
function vocabularyOf({ surfaces, flags, termOf }: SurfaceTable): Uint32Array {
  const words: number[] = [];
  for (let surface = 0; surface < surfaces.size; surface++) {
    const isWord = (flags.values[surface]! & SURFACE_KIND_MASK) === KIND_WORD;
    if (isWord && termOf.values[surface]! < NO_TERM) words.push(surface);
  }
  return sortStrings(surfaces.pool.values, surfaces.offsets.values, Uint32Array.from(words));
}

/** Cuts the postings of common terms into blocks, each with what no document in it exceeds. */
class BlockWriter {
  readonly lastDocuments = new GrowingUint32();
  readonly ends = new GrowingUint32();
  readonly bounds: number[] = [];
  readonly #fieldLengths: Uint8Array;
  readonly #weights: Float64Array;
  readonly #documents: Int32Array = new Int32Array(BLOCK_POSTINGS);
  readonly #units: Int32Array = new Int32Array(BLOCK_POSTINGS);

  constructor(fieldLengths: Uint8Array, averages: Float64Array) {
    this.#fieldLengths = fieldLengths;
    this.#weights = unitWeights(averages, FULL_UNITS);
  }

  /** @param start where the postings will begin in the file's section. */
  add(chain: GrowingBytes, count: number, start: number): void {
    let at = 0;
    let last = 0;
    for (let done = 0; done < count; done += BLOCK_POSTINGS) {
      const size = Math.min(BLOCK_POSTINGS, count - done);
      at = readPostings(chain.values, at, chain.length, last, size, this.#documents, this.#units);
      last = this.#documents[size - 1]!;
      let bound = 0;
      for (let i = 0; i < size; i++) {
        const document = this.#documents[i]!;
        bound = Math.max(
          bound,
          weightedFrequency(this.#units[i]!, document, this.#fieldLengths, this.#weights),
        );
      }
      this.lastDocuments.push(last);
      this.ends.push(start + at);
      this.bounds.push(roundUp(bound));
    }
  }
}

/** The least 32-bit float that is not below. */
function roundUp(value: number): number {
  const rounded = Math.fround(value);
  return rounded >= value ? rounded : Math.fround(value * (1 + 2 ** -22));
}

function averagesOf(fieldLengths: Uint8Array): Float64Array {
  const totals = new Float64Array(FIELDS.length);
  for (let i = 0; i < fieldLengths.length; i++) totals[i & 3]! += LENGTHS[fieldLengths[i]!]!;
  return averageLengths(totals, fieldLengths.length / FIELDS.length);
}

function renumberLists(lists: Uint32Array, newNumbers: Uint32Array): Uint32Array {
  for (let place = 0; place < lists.length; ) {
    const end = place + lists[place]!;
    for (place += 1; place <= end; place++) {
      const entry = lists[place]!;
      lists[place] = (newNumbers[entry >>> UNITS_BITS]! << UNITS_BITS) | (entry & UNITS_MASK);
    }
  }
  return lists;
}

/** The bytes and offsets of an interner's strings, in order. */
export function stringContents(strings: ByteInterner): {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
} {
  return { bytes: strings.pool.toArray(), offsets: strings.offsets.toArray() };
}
