import { KIND_WORD } from "../analysis/tokenizer.ts";
import { contentOf } from "../file/sections.ts";
import type { SegmentContents } from "../file/segment-sections.ts";
import { NO_TERM, SURFACE_KIND_MASK, UNITS_BITS, UNITS_MASK } from "../file/surface-terms.ts";
import { averageLengths, LENGTHS } from "../ranking/field-lengths.ts";
import { FIELDS } from "../ranking/scoring.ts";
import type { ByteInterner } from "./byte-interner.ts";
import { GrowingUint32 } from "./growing.ts";
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
  | "vocabulary"
  | "boundAverages"
>;

/**
 * Sorts the terms, writes their postings in that order with a bound for every block, and points the
 * surfaces to the terms' new numbers.
 */
export function termContents(
  table: SurfaceTable,
  spilled: SpilledPostings,
  fieldLengths: Uint8Array,
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
    surfaceTerms: contentOf(renumberTerms(table.termOf.view(), newNumbers)),
    vocabulary: contentOf(vocabularyOf(table)),
    surfaceTermLists: contentOf(renumberLists(table.lists.view(), newNumbers)),
    boundAverages: contentOf(averages),
  };
}

/** The surfaces that are plain words, in the order of their bytes. */
function vocabularyOf({ surfaces, flags, termOf }: SurfaceTable): Uint32Array {
  const words = new GrowingUint32();
  for (let surface = 0; surface < surfaces.size; surface++) {
    const isWord = (flags.values[surface]! & SURFACE_KIND_MASK) === KIND_WORD;
    if (isWord && termOf.values[surface]! < NO_TERM) words.push(surface);
  }
  return sortStrings(surfaces.pool.values, surfaces.offsets(), words.view());
}

function averagesOf(fieldLengths: Uint8Array): Float64Array {
  const totals = new Float64Array(FIELDS.length);
  for (let i = 0; i < fieldLengths.length; i++) totals[i & 3]! += LENGTHS[fieldLengths[i]!]!;
  return averageLengths(totals, fieldLengths.length / FIELDS.length);
}

/** In place: the builder that they are of is at its end. */
function renumberTerms(entries: Uint32Array, newNumbers: Uint32Array): Uint32Array {
  for (let surface = 0; surface < entries.length; surface++) {
    const entry = entries[surface]!;
    if (entry < NO_TERM) entries[surface] = newNumbers[entry]!;
  }
  return entries;
}

/** In place too. */
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
