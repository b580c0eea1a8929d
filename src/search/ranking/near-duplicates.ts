import { hashOf } from "../byte-hash.ts";
import type { Segment } from "../file/segment.ts";
import { FIELDS, HEADINGS } from "./scoring.ts";
import { fieldRanges, readSurfaces, SurfaceBuffer } from "./token-stream.ts";

/** Documents whose share of common words is at least this are one hit. */
const DUPLICATE_SHARE = 0.9;
/** Lengths of duplicates differ by at most so many steps of a length byte. */
const MAX_LENGTH_STEPS = 2;
/** Scores of duplicates differ by at most this share. */
const MAX_SCORE_DIFFERENCE = 0.1;
/** Texts shorter than this are alike by chance. */
const MIN_WORDS = 8;
const MAX_TOKENS = 512;

const buffer = new SurfaceBuffer();

/** A document to be compared with others of the same query. */
export interface Comparable {
  /** Of the first stage: what says the same scores the same. */
  readonly score: number;
  /** Length bytes of its fields. */
  readonly lengths: Uint8Array;
  /** Its distinct words as ascending numbers; read when it comes to that. */
  readonly words: () => Int32Array;
}

/** @param document its number in the segment. */
export function comparableOf(segment: Segment, document: number, score: number): Comparable {
  const at = document * FIELDS.length;
  let words: Int32Array | undefined;
  return {
    score,
    lengths: segment.fieldLengths.subarray(at, at + FIELDS.length),
    words: () => (words ??= wordsOf(segment, document)),
  };
}

/** Whether two documents say the same, but for a word here and there; their headings may differ. */
export function areNearDuplicates(a: Comparable, b: Comparable): boolean {
  if (Math.abs(a.score - b.score) > MAX_SCORE_DIFFERENCE * Math.max(a.score, b.score)) return false;
  for (let field = 0; field < FIELDS.length; field++) {
    if (field === HEADINGS) continue;
    const difference = lengthByteOf(a, field) - lengthByteOf(b, field);
    if (Math.abs(difference) > MAX_LENGTH_STEPS) return false;
  }
  const [one, other] = [a.words(), b.words()];
  if (one.length < MIN_WORDS || other.length < MIN_WORDS) return false;
  const common = countCommon(one, other);
  return common / (one.length + other.length - common) >= DUPLICATE_SHARE;
}

function countCommon(one: Int32Array, other: Int32Array): number {
  let common = 0;
  for (let i = 0, k = 0; i < one.length && k < other.length; ) {
    const difference = one[i]! - other[k]!;
    if (difference === 0) common += 1;
    if (difference <= 0) i += 1;
    if (difference >= 0) k += 1;
  }
  return common;
}

function lengthByteOf({ lengths }: Comparable, field: number): number {
  return lengths[field]!;
}

/** Hashes of the spellings in a document, ascending: segments number them differently. */
function wordsOf(segment: Segment, document: number): Int32Array {
  const ranges = fieldRanges(segment, document);
  const { bytes, offsets } = segment.surfaces;
  const hashes: number[] = [];
  for (let field = 0; field < FIELDS.length; field++) {
    if (field === HEADINGS) continue;
    readSurfaces(segment, ranges[field * 2]!, ranges[field * 2 + 1]!, MAX_TOKENS, buffer);
    for (let i = 0; i < buffer.count; i++) {
      const surface = buffer.values[i]!;
      hashes.push(hashOf(bytes, offsets[surface]!, offsets[surface + 1]!));
    }
  }
  const sorted = Int32Array.from(hashes).toSorted();
  return sorted.filter((hash, index) => index === 0 || hash !== sorted[index - 1]);
}
