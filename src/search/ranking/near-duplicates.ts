import { hashOf } from "../byte-hash.ts";
import type { Segment } from "../file/segment.ts";
import { mayBeAlike } from "./fingerprint.ts";
import { HashSet } from "./hash-set.ts";
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
/** Of a field; three fields of them fit into a {@link HashSet}. */
const MAX_TOKENS = 512;

const buffer = new SurfaceBuffer();
const set = new HashSet();
/** By surface of a segment; 0 where it was not asked for yet. */
const surfaceHashes = new WeakMap<object, Int32Array>();

/** A document to be compared with others of the same query. */
export interface Comparable {
  readonly segment: Segment;
  /** Its number in the segment. */
  readonly document: number;
  /** Of the first stage: what says the same scores the same. */
  readonly score: number;
  /** Its distinct words; read when it comes to that. */
  readonly words: () => Int32Array;
}

/** @param document its number in the segment. */
export function comparableOf(segment: Segment, document: number, score: number): Comparable {
  let words: Int32Array | undefined;
  return { segment, document, score, words: () => (words ??= wordsOf(segment, document)) };
}

/** Whether two documents say the same, but for a word here and there; their headings may differ. */
export function areNearDuplicates(a: Comparable, b: Comparable): boolean {
  if (Math.abs(a.score - b.score) > MAX_SCORE_DIFFERENCE * Math.max(a.score, b.score)) return false;
  for (let field = 0; field < FIELDS.length; field++) {
    if (field === HEADINGS) continue;
    const difference = lengthByteOf(a, field) - lengthByteOf(b, field);
    if (Math.abs(difference) > MAX_LENGTH_STEPS) return false;
  }
  const { fingerprints } = a.segment;
  if (!mayBeAlike(fingerprints, a.document, b.segment.fingerprints, b.document)) return false;
  const [one, other] = [a.words(), b.words()];
  if (one.length < MIN_WORDS || other.length < MIN_WORDS) return false;
  const common = countCommon(one, other);
  return common / (one.length + other.length - common) >= DUPLICATE_SHARE;
}

function countCommon(one: Int32Array, other: Int32Array): number {
  set.clear();
  for (let i = 0; i < one.length; i++) set.add(one[i]!);
  let common = 0;
  for (let i = 0; i < other.length; i++) if (set.has(other[i]!)) common += 1;
  return common;
}

function lengthByteOf({ segment, document }: Comparable, field: number): number {
  return segment.fieldLengths[document * FIELDS.length + field]!;
}

/** Distinct hashes of the spellings in a document: segments number them differently. */
function wordsOf(segment: Segment, document: number): Int32Array {
  const ranges = fieldRanges(segment, document);
  const hashes = hashesOf(segment);
  const words: number[] = [];
  set.clear();
  for (let field = 0; field < FIELDS.length; field++) {
    if (field === HEADINGS) continue;
    readSurfaces(segment, ranges[field * 2]!, ranges[field * 2 + 1]!, MAX_TOKENS, buffer);
    for (let i = 0; i < buffer.count; i++) {
      const hash = hashAt(segment, hashes, buffer.values[i]!);
      if (set.add(hash)) words.push(hash);
    }
  }
  return Int32Array.from(words);
}

/** The hash of a surface, which is never 0, made when it is first asked for. */
function hashAt(segment: Segment, hashes: Int32Array, surface: number): number {
  const known = hashes[surface]!;
  if (known !== 0) return known;
  const { bytes, offsets } = segment.surfaces;
  const hash = hashOf(bytes, offsets[surface]!, offsets[surface + 1]!) || 1;
  hashes[surface] = hash;
  return hash;
}

function hashesOf({ surfaces }: Segment): Int32Array {
  const known = surfaceHashes.get(surfaces);
  if (known) return known;
  const hashes = new Int32Array(surfaces.length);
  surfaceHashes.set(surfaces, hashes);
  return hashes;
}
