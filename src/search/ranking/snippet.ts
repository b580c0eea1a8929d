import { KIND_OVERLAP, KIND_SEPARATOR, KIND_WORD } from "../analysis/tokenizer.ts";
import { decodeUtf8, utf16Length } from "../analysis/utf8.ts";
import { GrowingBytes } from "../build/growing.ts";
import type { Segment } from "../file/segment.ts";
import { SURFACE_KIND_BITS, SURFACE_KIND_MASK } from "../file/surface-terms.ts";
import type { QueryPlan } from "../query/plan-query.ts";
import type { Snippet } from "../search-options.ts";
import type { EvidenceReader } from "./evidence.ts";
import { CODE, HEADINGS, TEXT, TITLE } from "./scoring.ts";
import { fieldRanges, readSurfaces, SurfaceBuffer } from "./token-stream.ts";

/** Tokens of a field that are looked through for the best place. */
const MAX_TOKENS = 8192;
/** Characters of a token with the space before it, for the first guess at a window. */
const TYPICAL_TOKEN_CHARS = 6;
/** How much of a window stands before the first match, at most. */
const LEAD_SHARE = 0.25;

const EMPTY: Snippet = { text: "", matches: [], cutBefore: false, cutAfter: false };
const SPACE = 0x20;
const buffer = new SurfaceBuffer();
/** The snippet being made, in UTF-8: decoded once, because a call of the decoder costs more than a word. */
const shown = new GrowingBytes();

/**
 * The stretch of a document that shows best why it is a hit: the one with the most weight of
 * distinct words of the query, from the text when that has any, else from the code, else the
 * beginning.
 *
 * @param maxChars UTF-16 units, at most; 0 gives an empty snippet.
 */
export function makeSnippet(
  segment: Segment,
  document: number,
  reader: EvidenceReader,
  plan: QueryPlan,
  maxChars: number,
): Snippet {
  if (maxChars < 1) return EMPTY;
  const ranges = fieldRanges(segment, document);
  let fallback = TEXT;
  for (const field of [TEXT, CODE]) {
    readField(segment, ranges, field);
    const start = bestStart(reader, plan, maxChars);
    if (start !== undefined) return cutSnippet(segment, reader, start, maxChars);
  }
  for (const field of [TEXT, CODE, TITLE, HEADINGS]) {
    fallback = field;
    if (ranges[field * 2 + 1]! > ranges[field * 2]!) break;
  }
  readField(segment, ranges, fallback);
  return cutSnippet(segment, reader, 0, maxChars);
}

function readField(segment: Segment, ranges: Uint32Array, field: number): void {
  readSurfaces(segment, ranges[field * 2]!, ranges[field * 2 + 1]!, MAX_TOKENS, buffer);
}

/** The token to begin with, or undefined when no token of the buffer matches. */
function bestStart(reader: EvidenceReader, plan: QueryPlan, maxChars: number): number | undefined {
  const width = Math.max(4, Math.floor(maxChars / TYPICAL_TOKEN_CHARS));
  const places: number[] = [];
  const wordsAt: (readonly number[])[] = [];
  for (let i = 0; i < buffer.count; i++) {
    const words = reader.matchesOf(buffer.values[i]!);
    if (words.length === 0) continue;
    places.push(i);
    wordsAt.push(words);
  }
  if (places.length === 0) return undefined;
  // Two hands over the matches: each window begins at a match.
  const inWindow = new Int32Array(plan.words.length);
  let weight = 0;
  let end = 0;
  let best = 0;
  let bestWeight = -1;
  for (let start = 0; start < places.length; start++) {
    for (; end < places.length && places[end]! < places[start]! + width; end++) {
      for (const word of wordsAt[end]!) {
        if (inWindow[word]!++ === 0) weight += plan.words[word]!.weight;
      }
    }
    // A little for repetition, so that the richest of equal windows wins.
    const value = weight + (end - start) * 0.01;
    if (value > bestWeight) {
      bestWeight = value;
      best = start;
    }
    for (const word of wordsAt[start]!) {
      if (--inWindow[word]! === 0) weight -= plan.words[word]!.weight;
    }
  }
  return Math.max(0, places[best]! - Math.floor(width * LEAD_SHARE));
}

/** Writes tokens out from `start` on until the snippet is full. */
function cutSnippet(
  segment: Segment,
  reader: EvidenceReader,
  start: number,
  maxChars: number,
): Snippet {
  const { values, count } = buffer;
  let first = start;
  while (first > 0 && first < count && isSeparator(segment, values[first]!)) first += 1;
  shown.clear();
  let chars = 0;
  const matches: [number, number][] = [];
  let isSpaced = false;
  let next = first;
  for (; next < count; next++) {
    const surface = values[next]!;
    const kind = segment.surfaceFlags[surface]! & SURFACE_KIND_MASK;
    const { bytes, offsets } = segment.surfaces;
    const from = offsets[surface]!;
    const to = shownEnd(segment, surface);
    const gap = isSpaced && kind !== KIND_SEPARATOR ? 1 : 0;
    const own = utf16Length(bytes, from, to);
    if (chars + gap + own > maxChars) break;
    if (gap === 1) shown.push(SPACE);
    shown.append(bytes, from, to);
    const matchStart = chars + gap;
    chars = matchStart + own;
    isSpaced = kind === KIND_WORD;
    if (kind === KIND_SEPARATOR || reader.matchesOf(surface).length === 0) continue;
    // A pair reaches into the token that comes next.
    const full = kind === KIND_OVERLAP ? utf16Length(bytes, from, offsets[surface + 1]!) : own;
    addMatch(matches, matchStart, matchStart + full);
  }
  let text = decodeUtf8(shown.values, 0, shown.length);
  if (text === "" && first < count) {
    // One token longer than the whole snippet: cut where a character ends.
    const surface = values[first]!;
    const { bytes, offsets } = segment.surfaces;
    text = cutToGraphemes(
      decodeUtf8(bytes, offsets[surface]!, shownEnd(segment, surface)),
      maxChars,
    );
    next = first + 1;
  }
  const trimmed = text.trimEnd();
  return {
    text: trimmed,
    matches: matches
      .map(([from, to]): [number, number] => [from, Math.min(to, trimmed.length)])
      .filter(([from, to]) => from < to),
    cutBefore: first > 0,
    cutAfter: next < count,
  };
}

/** Appends a range, joined with the last one when they overlap: pairs of characters do. */
function addMatch(matches: [number, number][], start: number, end: number): void {
  const last = matches.at(-1);
  if (last && start < last[1]) last[1] = Math.max(last[1], end);
  else matches.push([start, end]);
}

/** Where the bytes end that stand for a surface in the text. */
function shownEnd(segment: Segment, surface: number): number {
  const { offsets } = segment.surfaces;
  const end = offsets[surface + 1]!;
  const flags = segment.surfaceFlags[surface]!;
  const isPair = (flags & SURFACE_KIND_MASK) === KIND_OVERLAP;
  return isPair ? Math.min(end, offsets[surface]! + (flags >>> SURFACE_KIND_BITS)) : end;
}

function isSeparator(segment: Segment, surface: number): boolean {
  return (segment.surfaceFlags[surface]! & SURFACE_KIND_MASK) === KIND_SEPARATOR;
}

function cutToGraphemes(text: string, maxChars: number): string {
  let end = 0;
  for (const { index, segment } of new Intl.Segmenter().segment(text)) {
    if (index + segment.length > maxChars) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}
