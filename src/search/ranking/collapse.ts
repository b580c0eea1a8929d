import type { Segment } from "../file/segment.ts";
import { FIELDS, TEXT } from "./scoring.ts";
import { fieldRanges, readSurfaces, SurfaceBuffer } from "./token-stream.ts";

/** Documents whose share of common words is at least this are one hit. */
const DUPLICATE_SHARE = 0.9;
/** Lengths of duplicates differ by at most so many steps of a length byte. */
const MAX_LENGTH_STEPS = 2;
/** Texts shorter than this are alike by chance. */
const MIN_WORDS = 8;
const MAX_TOKENS = 1024;

const buffer = new SurfaceBuffer();

/** What is compared of a document. */
export interface Fingerprint {
  readonly lengths: Uint8Array;
  readonly read: () => ReadonlySet<string>;
}

/** A document's fingerprint; its words are read when another one is as long. */
export function fingerprintOf(segment: Segment, document: number): Fingerprint {
  const at = document * FIELDS.length;
  let words: ReadonlySet<string> | undefined;
  return {
    lengths: segment.fieldLengths.subarray(at, at + FIELDS.length),
    read: () => (words ??= wordsOf(segment, document)),
  };
}

/** Whether two documents say the same, but for a word here and there. */
export function areNearDuplicates(a: Fingerprint, b: Fingerprint): boolean {
  for (let field = TEXT; field < FIELDS.length; field++) {
    if (Math.abs(a.lengths[field]! - b.lengths[field]!) > MAX_LENGTH_STEPS) return false;
  }
  const [one, other] = [a.read(), b.read()];
  if (one.size < MIN_WORDS || other.size < MIN_WORDS) return false;
  let common = 0;
  for (const word of one) if (other.has(word)) common += 1;
  return common / (one.size + other.size - common) >= DUPLICATE_SHARE;
}

/** The spellings in text and code; as strings, since segments number them differently. */
function wordsOf(segment: Segment, document: number): ReadonlySet<string> {
  const words = new Set<string>();
  for (const range of fieldRanges(segment, document).slice(TEXT)) {
    readSurfaces(segment, range, MAX_TOKENS, buffer);
    for (let i = 0; i < buffer.count; i++) words.add(segment.surfaces.text(buffer.values[i]!));
  }
  return words;
}
