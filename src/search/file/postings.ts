import { FULL_UNITS } from "../ranking/scoring.ts";

/**
 * A posting is a document and, packed in 32 bits, how many units of the term each of its four
 * fields holds (a byte a field, title lowest). As bytes it is a varint of twice the distance from
 * the posting before, plus one when it is the commonest kind, one occurrence in the text; else a
 * head byte follows: the low bits say which fields, the high ones how often when it is one field
 * and whole occurrences, and are 0 when a byte of units for each field follows.
 */
export const BLOCK_POSTINGS = 128;

/** One occurrence in the field "text", packed. */
export const SINGLE_IN_TEXT: number = FULL_UNITS << 16;

/** Documents are numbered below this; damaged postings stay below it, too. */
const MAX_DOCUMENT = 0x3fff_ffff;

/** Most bytes of a posting. */
export const MAX_POSTING_BYTES = 10;

/** Writes a posting to `out` from `at` on, and returns where it ends. */
export function writePosting(
  out: Uint8Array,
  at: number,
  distance: number,
  packedUnits: number,
): number {
  let end = at;
  const isSingle = packedUnits === SINGLE_IN_TEXT;
  let rest = distance * 2 + (isSingle ? 1 : 0);
  while (rest > 127) {
    out[end++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  out[end++] = rest;
  if (isSingle) return end;

  let mask = 0;
  let fields = 0;
  let only = 0;
  for (let field = 0; field < 4; field++) {
    const units = (packedUnits >>> (field * 8)) & 255;
    if (units === 0) continue;
    mask |= 1 << field;
    fields += 1;
    only = units;
  }
  if (fields === 1 && only % FULL_UNITS === 0 && only / FULL_UNITS < 16) {
    out[end++] = mask | ((only / FULL_UNITS) << 4);
    return end;
  }
  out[end++] = mask;
  for (let field = 0; field < 4; field++) {
    const units = (packedUnits >>> (field * 8)) & 255;
    if (units !== 0) out[end++] = units;
  }
  return end;
}

/**
 * Reads up to `count` postings from `bytes[at, end)` into two columns; documents are counted from
 * `base`. Returns where it stopped. Damaged bytes give wrong postings, never an endless loop.
 */
export function readPostings(
  bytes: Uint8Array,
  at: number,
  end: number,
  base: number,
  count: number,
  documents: Int32Array,
  packedUnits: Int32Array,
): number {
  let document = base;
  let next = at;
  for (let i = 0; i < count; i++) {
    let byte = next < end ? bytes[next++]! : 0;
    let value = byte & 127;
    for (let shift = 7; byte > 127 && shift < 35; shift += 7) {
      byte = next < end ? bytes[next++]! : 0;
      value |= (byte & 127) << shift;
    }
    document = Math.min(document + (value >>> 1), MAX_DOCUMENT);
    documents[i] = document;
    if ((value & 1) === 1) {
      packedUnits[i] = SINGLE_IN_TEXT;
      continue;
    }
    const head = next < end ? bytes[next++]! : 0;
    const often = (head >>> 4) * FULL_UNITS;
    if (often > 0) {
      packedUnits[i] = often << SHIFT_OF_MASK[head & 15]!;
      continue;
    }
    let packed = 0;
    for (let field = 0; field < 4; field++) {
      if ((head & (1 << field)) === 0) continue;
      packed |= (next < end ? bytes[next++]! : 0) << (field * 8);
    }
    packedUnits[i] = packed;
  }
  return next;
}

/** By a mask of one field: how far its units are shifted. */
const SHIFT_OF_MASK = Uint8Array.of(0, 0, 8, 0, 16, 0, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0);
