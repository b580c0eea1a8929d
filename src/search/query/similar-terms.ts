import { codePointAt, codePointBytes, encodeUtf8 } from "../analysis/utf8.ts";
import type { StringList } from "../file/string-list.ts";

export interface SimilarTerm {
  readonly term: string;
  /** Insertions, deletions, substitutions and swaps of neighbours: 1 or 2. */
  readonly distance: number;
}

/** Steps of the comparison, a term's letter each, that one search may take. */
const MAX_STEPS = 200_000;
const MAX_TERM_POINTS = 64;
const LATIN = "abcdefghijklmnopqrstuvwxyz";

/** How many errors a word of so many letters is forgiven. */
export function forgivenDistance(letters: number): number {
  if (letters < 4) return 0;
  return letters < 8 ? 1 : 2;
}

/**
 * Terms within `maxDistance` of `word`, which is no term itself. An error in the first letter is
 * forgiven only when it is the only one: that is rare, and the others are then found in the
 * neighbourhood of one letter of the sorted list, of which common beginnings are compared once.
 */
export function similarTerms(
  terms: StringList,
  word: string,
  maxDistance: number,
): readonly SimilarTerm[] {
  if (maxDistance < 1) return [];
  const points = Array.from(word, (char) => char.codePointAt(0) ?? 0).slice(0, MAX_TERM_POINTS);
  return [...otherFirstLetters(terms, word), ...sameFirstLetter(terms, points, maxDistance)];
}

function otherFirstLetters(terms: StringList, word: string): SimilarTerm[] {
  const [first = "", second = "", ...rest] = word;
  const tail = rest.join("");
  const spellings = [second + tail, second + first + tail];
  for (const letter of LATIN) spellings.push(letter + word, letter + second + tail);
  return spellings
    .filter((spelling) => spelling !== word && terms.search(encodeUtf8(spelling)) >= 0)
    .map((term) => ({ term, distance: 1 }));
}

function sameFirstLetter(
  terms: StringList,
  points: readonly number[],
  maxDistance: number,
): SimilarTerm[] {
  const { bytes, offsets } = terms;
  const first = encodeUtf8(String.fromCodePoint(points[0] ?? 0));
  const found: SimilarTerm[] = [];
  const width = points.length + 1;
  // Row d: distances of the first d letters of a term to each beginning of the word.
  const rows = new Uint8Array((MAX_TERM_POINTS + 1) * width);
  for (let column = 0; column < width; column++) rows[column] = column;
  const path = new Int32Array(MAX_TERM_POINTS + 1);
  // Where each letter of the current path ends in the term's bytes.
  const ends = new Int32Array(MAX_TERM_POINTS + 1);
  let depth = 0;
  let steps = 0;

  let term = lowerBound(terms, first, first.length);
  while (term < terms.length && steps < MAX_STEPS) {
    const start = offsets[term]!;
    const length = offsets[term + 1]! - start;
    if (!startsWith(bytes, start, length, first)) break;
    depth = commonDepth(bytes, start, length, path, ends, depth);
    let isCut = false;
    while ((depth === 0 ? 0 : ends[depth]!) < length && !isCut) {
      const at = depth === 0 ? 0 : ends[depth]!;
      if (depth === MAX_TERM_POINTS) break;
      depth += 1;
      path[depth] = codePointAt(bytes, start + at);
      ends[depth] = at + codePointBytes(bytes[start + at]!);
      steps += 1;
      isCut = fillRow(rows, width, depth, path, points) > maxDistance;
    }
    if (isCut) {
      // Nothing that begins like this can be near: go on behind all of it.
      term = lowerBound(terms, successor(bytes.subarray(start, start + ends[depth]!)));
      continue;
    }
    const distance = rows[depth * width + points.length]!;
    if (ends[depth] === length && distance <= maxDistance && distance > 0) {
      found.push({ term: terms.text(term), distance });
    }
    term += 1;
  }
  return found;
}

/** Fills the row of the letter at `depth` and returns the least distance in it. */
function fillRow(
  rows: Uint8Array,
  width: number,
  depth: number,
  path: Int32Array,
  points: readonly number[],
): number {
  const row = depth * width;
  const above = row - width;
  const letter = path[depth]!;
  let least = depth;
  rows[row] = depth;
  for (let column = 1; column < width; column++) {
    const point = points[column - 1]!;
    let distance = Math.min(
      rows[above + column]! + 1,
      rows[row + column - 1]! + 1,
      rows[above + column - 1]! + (letter === point ? 0 : 1),
    );
    const isSwap =
      depth > 1 && column > 1 && letter === points[column - 2] && path[depth - 1] === point;
    if (isSwap) distance = Math.min(distance, rows[above - width + column - 2]! + 1);
    rows[row + column] = distance;
    if (distance < least) least = distance;
  }
  return least;
}

/** How many letters of the path the next term shares. */
function commonDepth(
  bytes: Uint8Array,
  start: number,
  length: number,
  path: Int32Array,
  ends: Int32Array,
  depth: number,
): number {
  let common = 0;
  while (common < depth) {
    const at = common === 0 ? 0 : ends[common]!;
    if (at >= length || codePointAt(bytes, start + at) !== path[common + 1]) break;
    common += 1;
  }
  return common;
}

/** The least byte string that is above everything that begins with `prefix`. */
function successor(prefix: Uint8Array): Uint8Array {
  const next = Uint8Array.from(prefix);
  // UTF-8 has no byte 255, so the last byte can always go up.
  next[next.length - 1]! += 1;
  return next;
}

function startsWith(bytes: Uint8Array, start: number, length: number, prefix: Uint8Array): boolean {
  return prefix.length <= length && prefix.every((byte, index) => bytes[start + index] === byte);
}

/** The first term that is not below `key`. */
export function lowerBound(
  terms: StringList,
  key: Uint8Array,
  length: number = key.length,
): number {
  const place = terms.search(key, length);
  return place < 0 ? -1 - place : place;
}

/** The terms that begin with `prefix`, as a range of numbers, `end` not in it. */
export function prefixRange(
  terms: StringList,
  prefix: string,
): { readonly start: number; readonly end: number } {
  const key = encodeUtf8(prefix);
  return { start: lowerBound(terms, key), end: lowerBound(terms, successor(key)) };
}
