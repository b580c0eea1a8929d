import { HASH_PRIME, HASH_SEED, hashOf } from "../byte-hash.ts";
import {
  CJK,
  charClassOf,
  DIGIT,
  LETTER,
  MARK,
  SEPARATOR,
  UNSPACED,
  UNSPACED_SCRIPTS,
} from "./char-class.ts";
import { segmentWords } from "./segment.ts";
import { codePointAt, codePointBytes, decodeUtf8 } from "./utf8.ts";

/** Text between tokens. */
export const KIND_SEPARATOR = 0;
/** A word or an identifier: the next one follows after a space unless something else is said. */
export const KIND_WORD = 1;
/** A word of a script without spaces: the next one follows at once. */
export const KIND_GLUED = 2;
/** A pair of which the second half is also the next token's first; only the first is shown. */
export const KIND_OVERLAP = 3;
export type TokenKind = 0 | 1 | 2 | 3;

/** Longer words are cut here: what is longer is data, not a word. */
export const MAX_TOKEN_BYTES = 64;
/** An identifier that is already this long ends at the next dot, slash or dash. */
const MAX_COMPOUND_BYTES = 48;
/** Scripts without spaces are segmented in pieces of at most so many bytes. */
const MAX_RUN_BYTES = 3000;

/** Tokens of one text in columns, filled by {@link tokenize} and used again by the next call. */
export class TokenBuffer {
  count = 0;
  starts: Int32Array = new Int32Array(1024);
  /** Ends of the bytes that make the token's identity. */
  ends: Int32Array = new Int32Array(1024);
  /** Ends of the bytes that the token stands for in the text; differs for {@link KIND_OVERLAP}. */
  shownEnds: Int32Array = new Int32Array(1024);
  kinds: Uint8Array = new Uint8Array(1024);
  hashes: Int32Array = new Int32Array(1024);

  push(start: number, end: number, shownEnd: number, kind: TokenKind, hash: number): void {
    const at = this.count++;
    if (at === this.kinds.length) this.#grow();
    this.starts[at] = start;
    this.ends[at] = end;
    this.shownEnds[at] = shownEnd;
    this.kinds[at] = kind;
    this.hashes[at] = hash;
  }

  #grow(): void {
    const size = this.kinds.length * 2;
    const grown = (values: Int32Array): Int32Array => {
      const larger = new Int32Array(size);
      larger.set(values);
      return larger;
    };
    this.starts = grown(this.starts);
    this.ends = grown(this.ends);
    this.shownEnds = grown(this.shownEnds);
    this.hashes = grown(this.hashes);
    const kinds = new Uint8Array(size);
    kinds.set(this.kinds);
    this.kinds = kinds;
  }
}

const DOT = 0x2e;
const DASH = 0x2d;
const COLON = 0x3a;
const PLUS = 0x2b;
const HASH = 0x23;
const APOSTROPHE = 0x27;

/** Classes of ASCII, the hot half of {@link charClassOf}. */
const ASCII_CLASS = Uint8Array.from({ length: 128 }, (_, code) => charClassOf(code));
/** Punctuation that can hold an identifier together. */
const CONNECTOR = new Uint8Array(128);
for (const char of "./-:#@\\'") CONNECTOR[char.charCodeAt(0)] = 1;

/**
 * Finds the tokens of UTF-8 text in one pass: words with the punctuation that holds identifiers
 * together (`Array.prototype.flatMap`, `node:fs/promises`, `C++`, `.NET`, `-x`), pairs of CJK
 * characters, and the units of the other scripts without spaces. Replaces what `out` held.
 */
export function tokenize(bytes: Uint8Array, length: number, out: TokenBuffer): void {
  out.count = 0;
  let at = 0;
  while (at < length) {
    const byte = bytes[at]!;
    const type = byte < 128 ? ASCII_CLASS[byte]! : charClassOf(codePointAt(bytes, at));
    if (type === LETTER || type === DIGIT) at = readWord(bytes, at, at, length, out);
    else if (type === CJK) at = readPairs(bytes, at, length, out);
    else if (type >= UNSPACED) at = readRun(bytes, at, length, type, out);
    else if (byte === DOT && beginsDotName(bytes, at, length)) {
      at = readWord(bytes, at, at + 1, length, out);
    } else if (byte === DASH && beginsShortFlag(bytes, at, length)) {
      out.push(at, at + 2, at + 2, KIND_WORD, hashOf(bytes, at, at + 2));
      at += 2;
    } else at += codePointBytes(byte);
  }
}

function readWord(
  bytes: Uint8Array,
  start: number,
  from: number,
  length: number,
  out: TokenBuffer,
): number {
  let hash = HASH_SEED;
  for (let i = start; i < from; i++) hash = Math.imul(hash ^ bytes[i]!, HASH_PRIME);
  const limit = Math.min(length, start + MAX_TOKEN_BYTES);
  let at = from;
  while (at < limit) {
    const byte = bytes[at]!;
    let size = 1;
    if (byte < 128) {
      const type = ASCII_CLASS[byte]!;
      if (type === SEPARATOR) {
        if (CONNECTOR[byte] === 0 || at - start > MAX_COMPOUND_BYTES) break;
        size = connectorBytes(bytes, at, length);
        if (size === 0) break;
      }
    } else {
      size = wordBytes(bytes, at, length);
      if (size === 0) break;
    }
    for (const end = at + size; at < end; at++) {
      hash = Math.imul(hash ^ bytes[at]!, HASH_PRIME);
    }
  }
  for (const end = at + suffixBytes(bytes, start, at, length); at < end; at++) {
    hash = Math.imul(hash ^ bytes[at]!, HASH_PRIME);
  }
  out.push(start, at, at, KIND_WORD, hash);
  return at;
}

/** Bytes of the non-ASCII character at `at` when it continues a word, else 0. */
function wordBytes(bytes: Uint8Array, at: number, length: number): number {
  const codePoint = codePointAt(bytes, at);
  const type = charClassOf(codePoint);
  const size = codePointBytes(bytes[at]!);
  if (type === LETTER || type === DIGIT || type === MARK) return size;
  return codePoint === 0x2019 && classAt(bytes, at + size, length) === LETTER ? size : 0;
}

/** Bytes of the connector at `at` when it holds two word characters together, else 0. */
function connectorBytes(bytes: Uint8Array, at: number, length: number): number {
  const byte = bytes[at]!;
  if (byte === COLON && bytes[at + 1] === COLON) {
    return classAt(bytes, at + 2, length) === LETTER ? 2 : 0;
  }
  const next = classAt(bytes, at + 1, length);
  if (byte === DOT || byte === DASH || byte === 0x2f) {
    return next === LETTER || next === DIGIT ? 1 : 0;
  }
  if (next !== LETTER) return byte === 0x40 && next === DIGIT ? 1 : 0;
  // `node:fs`, but not a time; `App\Models`, but not an escape in a string.
  if (byte === COLON || byte === APOSTROPHE) return isDigit(bytes[at - 1]!) ? 0 : 1;
  return byte !== 0x5c || isUpper(bytes[at + 1]!) ? 1 : 0;
}

/** `C++`, `g++`, `C#`, `F#`: the punctuation is part of the name, and `i++` is not a name. */
function suffixBytes(bytes: Uint8Array, start: number, at: number, length: number): number {
  const next = bytes[at];
  if (at >= length || (next !== PLUS && next !== HASH)) return 0;
  const last = bytes[at - 1]! | 0x20;
  if (next === PLUS) {
    const named = last === 0x63 || last === 0x67;
    return named && at + 1 < length && bytes[at + 1] === PLUS && bytes[at + 2] !== PLUS ? 2 : 0;
  }
  const isLetter = last >= 0x61 && last <= 0x7a;
  return at - start === 1 && isLetter && classAt(bytes, at + 1, length) === SEPARATOR ? 1 : 0;
}

function readPairs(bytes: Uint8Array, start: number, length: number, out: TokenBuffer): number {
  let at = start;
  for (;;) {
    let shownEnd = at + codePointBytes(bytes[at]!);
    while (classAt(bytes, shownEnd, length) === MARK) shownEnd += codePointBytes(bytes[shownEnd]!);
    shownEnd = Math.min(shownEnd, length);
    if (classAt(bytes, shownEnd, length) !== CJK) {
      out.push(at, shownEnd, shownEnd, KIND_GLUED, hashOf(bytes, at, shownEnd));
      return shownEnd;
    }
    const end = Math.min(length, shownEnd + codePointBytes(bytes[shownEnd]!));
    out.push(at, end, shownEnd, KIND_OVERLAP, hashOf(bytes, at, end));
    at = shownEnd;
  }
}

function readRun(
  bytes: Uint8Array,
  start: number,
  length: number,
  type: number,
  out: TokenBuffer,
): number {
  let end = start;
  while (end < length && end - start < MAX_RUN_BYTES) {
    const next = classAt(bytes, end, length);
    if (next !== type && next !== MARK) break;
    end += codePointBytes(bytes[end]!);
  }
  end = Math.min(end, length);
  const run = decodeUtf8(bytes, start, end);
  const units = [...segmentWords(run, UNSPACED_SCRIPTS[type - UNSPACED] ?? "thai")];
  const byteAt = byteOffsets(bytes, start, end);
  for (const [index, unit] of units.entries()) {
    const from = byteAt[unit.start] ?? end;
    const to = byteAt[unit.end] ?? end;
    const next = byteAt[units[index + 1]?.start ?? run.length] ?? end;
    const hash = hashOf(bytes, from, to);
    // What the next unit begins with is shown there.
    if (next < to) out.push(from, to, next, KIND_OVERLAP, hash);
    else if (to > from) out.push(from, to, to, KIND_GLUED, hash);
  }
  return end;
}

/** By UTF-16 unit of `bytes[start, end)`: where its character begins; at the end, `end`. */
function byteOffsets(bytes: Uint8Array, start: number, end: number): number[] {
  const offsets: number[] = [];
  for (let at = start; at < end; ) {
    const size = codePointBytes(bytes[at]!);
    offsets.push(at);
    if (size === 4) offsets.push(at);
    at += size;
  }
  offsets.push(end);
  return offsets;
}

/** `.NET`, `.gitignore`: a dot that nothing stands before. */
function beginsDotName(bytes: Uint8Array, at: number, length: number): boolean {
  if (classAt(bytes, at + 1, length) !== LETTER) return false;
  if (at === 0) return true;
  const before = bytes[at - 1]!;
  return before !== DOT && before !== 0x2f && before !== 0x29 && before !== 0x5d && before < 128
    ? ASCII_CLASS[before] === SEPARATOR
    : false;
}

/** `-x`, one letter: longer flags are words, and found by them. */
function beginsShortFlag(bytes: Uint8Array, at: number, length: number): boolean {
  if (at > 0 && bytes[at - 1]! > 0x20 && bytes[at - 1] !== 0x60) return false;
  if (classAt(bytes, at + 1, length) !== LETTER || bytes[at + 1]! > 127) return false;
  return classAt(bytes, at + 2, length) === SEPARATOR && bytes[at + 2] !== DASH;
}

function classAt(bytes: Uint8Array, at: number, length: number): number {
  if (at >= length) return SEPARATOR;
  const byte = bytes[at]!;
  return byte < 128 ? ASCII_CLASS[byte]! : charClassOf(codePointAt(bytes, at));
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isUpper(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}
