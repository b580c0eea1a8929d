import { MIN_PART_CHARS } from "../analysis/compounding.ts";
import { KIND_WORD } from "../analysis/tokenizer.ts";
import { contentOf } from "../file/sections.ts";
import type { SegmentContents } from "../file/segment-sections.ts";
import { NO_TERM, SURFACE_KIND_MASK, UNITS_BITS, UNITS_MASK } from "../file/surface-terms.ts";
import { averageLengths, LENGTHS } from "../ranking/field-lengths.ts";
import { FIELDS } from "../ranking/scoring.ts";
import type { ByteInterner } from "./byte-interner.ts";
import { GrowingBytes, GrowingUint32 } from "./growing.ts";
import { PostingBlocks } from "./posting-blocks.ts";
import { sortStrings } from "./sort-strings.ts";
import type { SpilledPostings } from "./spilled-postings.ts";
import type { SurfaceTable } from "./surface-table.ts";
import { type Scratch, Tape } from "./tape.ts";

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
  | "boundAverages"
  | "compoundEnds"
>;

/**
 * Sorts the terms, writes their postings in that order with a bound for every block, and points the
 * surfaces to the terms' new numbers.
 */
export function termContents(
  table: SurfaceTable,
  spilled: SpilledPostings,
  fieldLengths: Uint8Array,
  surfaceOrder: Uint32Array,
  scratch: Scratch | undefined,
): TermContents {
  const { terms } = table;
  const all = Uint32Array.from({ length: terms.size }, (_, term) => term);
  const termStarts = terms.offsets();
  const order = sortStrings(terms.pool.values, termStarts, all);
  const bytes = new Tape(scratch);
  const offsets = new Tape(scratch);
  const postingOffsets = new Tape(scratch);
  const averages = averagesOf(fieldLengths);
  const { documentCounts, palette } = spilled.chains;
  const blocks = new PostingBlocks(palette, fieldLengths, averages, scratch);
  const newNumbers = new Uint32Array(terms.size);
  let place = 0;
  spilled.forEachTerm(order, (term, chain) => {
    newNumbers[term] = place++;
    offsets.pushWord(bytes.byteLength);
    bytes.append(terms.pool.values, termStarts[term]!, termStarts[term + 1]!);
    postingOffsets.pushWord(blocks.tape.byteLength);
    blocks.add(documentCounts[term] ?? 0, chain);
  });
  offsets.pushWord(bytes.byteLength);
  postingOffsets.pushWord(blocks.tape.byteLength);
  return {
    termBytes: bytes,
    termOffsets: offsets,
    postings: blocks.tape,
    unitCodes: contentOf(palette.values),
    postingOffsets,
    blockLastDocuments: contentOf(blocks.lastDocuments.view()),
    blockEnds: contentOf(blocks.ends.view()),
    blockBounds: contentOf(blocks.bounds.view()),
    surfaceTerms: contentOf(termsInOrder(table.termOf.view(), surfaceOrder, newNumbers)),
    surfaceTermLists: contentOf(renumberLists(table.lists.view(), newNumbers)),
    boundAverages: contentOf(averages),
    compoundEnds: contentOf(compoundEnds(table, newNumbers)),
  };
}

/** The terms that may be compounds, in the order of their bytes from the end, by new number. */
function compoundEnds(
  { terms, compoundTerms }: SurfaceTable,
  newNumbers: Uint32Array,
): Uint32Array {
  const starts = terms.offsets();
  const distinct = Uint32Array.from(new Set(compoundTerms.view())).filter(
    (term) => starts[term + 1]! - starts[term]! > 2 * MIN_PART_CHARS - 1,
  );
  const reversed = new GrowingBytes();
  const offsets = Uint32Array.from({ length: distinct.length + 1 }, (_, index) => {
    const start = reversed.length;
    const term = distinct[index];
    if (term === undefined) return start;
    for (let at = starts[term + 1]! - 1; at >= starts[term]!; at--) {
      reversed.push(terms.pool.values[at]!);
    }
    return start;
  });
  const order = Uint32Array.from(distinct.keys());
  return sortStrings(reversed.values, offsets, order).map((index) => newNumbers[distinct[index]!]!);
}

type SurfaceContents = Pick<
  SegmentContents,
  "surfaceBytes" | "surfaceOffsets" | "surfaceFlags" | "vocabulary"
>;

/**
 * The surfaces in the order of their numbers in the file.
 *
 * @param order the builder's numbers of them.
 * @param numbers by those: the ones in the file.
 */
export function surfaceContents(
  table: SurfaceTable,
  order: Uint32Array,
  numbers: Uint32Array,
): SurfaceContents {
  const starts = table.surfaces.offsets();
  const { values } = table.surfaces.pool;
  const bytes = new Tape();
  const offsets = new Tape();
  for (const surface of order) {
    offsets.pushWord(bytes.byteLength);
    bytes.append(values, starts[surface]!, starts[surface + 1]!);
  }
  offsets.pushWord(bytes.byteLength);
  const flags = Uint8Array.from(order, (surface) => table.flags.values[surface]!);
  const vocabulary = sortStrings(values, starts, plainWords(table));
  for (let place = 0; place < vocabulary.length; place++) {
    vocabulary[place] = numbers[vocabulary[place]!]!;
  }
  return {
    surfaceBytes: bytes,
    surfaceOffsets: offsets,
    surfaceFlags: contentOf(flags),
    vocabulary: contentOf(vocabulary),
  };
}

/** The surfaces that are plain words. */
function plainWords({ surfaces, flags, termOf }: SurfaceTable): Uint32Array {
  const words = new GrowingUint32();
  for (let surface = 0; surface < surfaces.size; surface++) {
    const isWord = (flags.values[surface]! & SURFACE_KIND_MASK) === KIND_WORD;
    if (isWord && termOf.values[surface]! < NO_TERM) words.push(surface);
  }
  return words.view();
}

function averagesOf(fieldLengths: Uint8Array): Float64Array {
  const totals = new Float64Array(FIELDS.length);
  for (let i = 0; i < fieldLengths.length; i++) totals[i & 3]! += LENGTHS[fieldLengths[i]!]!;
  return averageLengths(totals, fieldLengths.length / FIELDS.length);
}

function termsInOrder(
  entries: Uint32Array,
  order: Uint32Array,
  newNumbers: Uint32Array,
): Uint32Array {
  return order.map((surface) => {
    const entry = entries[surface]!;
    return entry < NO_TERM ? newNumbers[entry]! : entry;
  });
}

/** In place: the builder that they are of is at its end. */
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
  return { bytes: strings.pool.view(), offsets: strings.offsets() };
}
