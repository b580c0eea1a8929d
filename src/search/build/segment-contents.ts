import { KIND_WORD } from "../analysis/tokenizer.ts";
import { contentOf } from "../file/sections.ts";
import type { SegmentContents } from "../file/segment-sections.ts";
import { NO_TERM, SURFACE_KIND_MASK, UNITS_BITS, UNITS_MASK } from "../file/surface-terms.ts";
import { averageLengths, LENGTHS } from "../ranking/field-lengths.ts";
import { FIELDS } from "../ranking/scoring.ts";
import type { ByteInterner } from "./byte-interner.ts";
import { GrowingBytes, GrowingUint32 } from "./growing.ts";
import { PostingBlocks } from "./posting-blocks.ts";
import type { PostingChains } from "./posting-chains.ts";
import { sortStrings } from "./sort-strings.ts";
import type { SurfaceTable } from "./surface-table.ts";

type TermContents = Pick<
  SegmentContents,
  | "termBytes"
  | "termOffsets"
  | "postingOffsets"
  | "postings"
  | "unitCodes"
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
  const termStarts = terms.offsets();
  const order = sortStrings(terms.pool.values, termStarts, all);
  const bytes = new GrowingBytes();
  const offsets = new GrowingUint32();
  const postingOffsets = new GrowingUint32();
  const averages = averagesOf(fieldLengths);
  const blocks = new PostingBlocks(chains, fieldLengths, averages);
  const newNumbers = new Uint32Array(terms.size);
  for (const [place, term] of order.entries()) {
    newNumbers[term] = place;
    offsets.push(bytes.length);
    bytes.append(terms.pool.values, termStarts[term]!, termStarts[term + 1]!);
    postingOffsets.push(blocks.bytes.length);
    blocks.add(term);
  }
  offsets.push(bytes.length);
  postingOffsets.push(blocks.bytes.length);
  return {
    termBytes: contentOf(bytes.toArray()),
    termOffsets: contentOf(offsets.toArray()),
    postings: contentOf(blocks.bytes.toArray()),
    unitCodes: contentOf(chains.palette.values),
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
  return sortStrings(surfaces.pool.values, surfaces.offsets(), Uint32Array.from(words));
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
  return { bytes: strings.pool.toArray(), offsets: strings.offsets() };
}
