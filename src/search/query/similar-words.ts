import { codePointAt, codePointBytes, encodeUtf8 } from "../analysis/utf8.ts";
import type { SortedStrings } from "../file/string-list.ts";

export interface SimilarWord {
  readonly word: string;
  /** Its place in the list. */
  readonly place: number;
  /** Insertions, deletions, substitutions and swaps of neighbours: 1 or 2. */
  readonly distance: number;
}

/** Steps of the comparison, a letter each, that one search may take. */
const MAX_STEPS = 200_000;
const MAX_WORD_POINTS = 64;
const LATIN = "abcdefghijklmnopqrstuvwxyz";

/** How many errors a word of so many letters is forgiven. */
export function forgivenDistance(letters: number): number {
  if (letters < 4) return 0;
  return letters < 8 ? 1 : 2;
}

/**
 * Words of the list within `maxDistance` of `word`. An error in the first letter is forgiven only
 * when it is the only one: that is rare, and the others are then found in the neighbourhood of one
 * letter of the sorted list, of which common beginnings are compared once.
 */
export function similarWords(
  words: SortedStrings,
  word: string,
  maxDistance: number,
): readonly SimilarWord[] {
  if (maxDistance < 1) return [];
  const points = Array.from(word, (char) => char.codePointAt(0) ?? 0).slice(0, MAX_WORD_POINTS);
  return [...otherFirstLetters(words, word), ...sameFirstLetter(words, points, maxDistance)];
}

function otherFirstLetters(words: SortedStrings, word: string): SimilarWord[] {
  const [first = "", second = "", ...rest] = word;
  const tail = rest.join("");
  const spellings = [second + tail, second + first + tail];
  for (const letter of LATIN) spellings.push(letter + word, letter + second + tail);
  return spellings
    .map((spelling) => ({ word: spelling, place: words.find(encodeUtf8(spelling)), distance: 1 }))
    .filter((similar) => similar.place >= 0 && similar.word !== word);
}

function sameFirstLetter(
  words: SortedStrings,
  points: readonly number[],
  maxDistance: number,
): SimilarWord[] {
  const { bytes } = words;
  const first = encodeUtf8(String.fromCodePoint(points[0] ?? 0));
  const found: SimilarWord[] = [];
  const width = points.length + 1;
  // Row d: distances of the first d letters of a listed word to each beginning of the given one.
  const rows = new Uint8Array((MAX_WORD_POINTS + 1) * width);
  for (let column = 0; column < width; column++) rows[column] = column;
  const path = new Int32Array(MAX_WORD_POINTS + 1);
  // Where each letter of the current path ends in the word's bytes.
  const ends = new Int32Array(MAX_WORD_POINTS + 1);
  let depth = 0;
  let steps = 0;

  let place = words.lowerBound(first);
  while (place < words.length && steps < MAX_STEPS) {
    const start = words.startOf(place);
    const length = words.endOf(place) - start;
    if (!startsWith(bytes, start, length, first)) break;
    depth = commonDepth(bytes, start, length, path, ends, depth);
    let isCut = false;
    while (ends[depth]! < length && !isCut) {
      const at = ends[depth]!;
      if (depth === MAX_WORD_POINTS) break;
      depth += 1;
      path[depth] = codePointAt(bytes, start + at);
      ends[depth] = at + codePointBytes(bytes[start + at]!);
      steps += 1;
      isCut = fillRow(rows, width, depth, path, points) > maxDistance;
    }
    if (isCut) {
      // Nothing that begins like this can be near: go on behind all of it.
      const behind = words.lowerBound(successor(bytes.subarray(start, start + ends[depth]!)));
      place = Math.max(place + 1, behind);
      continue;
    }
    const distance = rows[depth * width + points.length]!;
    if (ends[depth] === length && distance <= maxDistance && distance > 0) {
      found.push({ word: words.text(place), place, distance });
    }
    place += 1;
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

/** How many letters of the path the next word shares. */
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
    const at = ends[common]!;
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

/** The words that begin with `prefix`, as a range of places, `end` not in it. */
export function prefixRange(
  words: SortedStrings,
  prefix: string,
): { readonly start: number; readonly end: number } {
  const key = encodeUtf8(prefix);
  return { start: words.lowerBound(key), end: words.lowerBound(successor(key)) };
}
