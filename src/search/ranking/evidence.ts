import { encodeUtf8 } from "../analysis/utf8.ts";
import type { Segment } from "../file/segment.ts";
import { SURFACE_KIND_MASK } from "../file/surface-terms.ts";
import type { QueryPlan } from "../query/plan-query.ts";
import { FIELDS, TITLE } from "./scoring.ts";
import { surfacesOfTerms } from "./surfaces-of-terms.ts";
import { fieldRanges } from "./token-stream.ts";

/** Tokens of a field that are read as evidence; what is further down decides no rank. */
const MAX_TOKENS = 1024;
/** Tokens within which two words are near each other. */
const NEAR_TOKENS = 8;

/**
 * How documents hold the words of a query, in columns: a row a document, and within a row a place a
 * word where a column is by word. Made once and used for one query after another.
 */
export class EvidenceTable {
  /** Words of the query at hand. */
  wordCount = 0;
  /** By word: a bit for each field that holds it. */
  fields: Uint8Array;
  /** By word: the surface that was found first, or the exact one; -1 for none. */
  surfaces: Int32Array;
  /** By word: 1 when it is there exactly as typed but for the case of ASCII letters. */
  isExact: Uint8Array;
  /** By word: how often and how near it stands by the word before it; 1 for once side by side. */
  nearness: Float64Array;
  /** Words of the title, and how many of them the query has; nothing of a row without `TITLE` in its fields. */
  readonly titleWords: Uint16Array;
  readonly titleMatches: Uint16Array;
  readonly #rows: number;

  constructor(rows: number) {
    this.#rows = rows;
    this.titleWords = new Uint16Array(rows);
    this.titleMatches = new Uint16Array(rows);
    this.fields = new Uint8Array(0);
    this.surfaces = new Int32Array(0);
    this.isExact = new Uint8Array(0);
    this.nearness = new Float64Array(0);
  }

  /** Empties the rows for a query of so many words. */
  reset(wordCount: number): void {
    const size = wordCount * this.#rows;
    this.wordCount = wordCount;
    if (size > this.fields.length) {
      this.fields = new Uint8Array(size);
      this.surfaces = new Int32Array(size);
      this.isExact = new Uint8Array(size);
      this.nearness = new Float64Array(size);
    }
    this.fields.fill(0, 0, size);
    this.surfaces.fill(-1, 0, size);
    this.isExact.fill(0, 0, size);
    this.nearness.fill(0, 0, size);
  }
}

const NONE: readonly number[] = [];

/**
 * Reads documents of one segment for the words of one query. Between `open` and `close` it marks the
 * surfaces that stand for the query's terms, so that reading a token is one table lookup.
 */
export class EvidenceReader {
  readonly #segment: Segment;
  /** By surface: where the words that it stands for are in `#wordsOfMark`, or 0. */
  readonly #marks: Uint16Array;
  readonly #ranges = new Uint32Array(FIELDS.length * 2);
  #wordsOfMark: (readonly number[])[] = [NONE];
  #marked: number[] = [];
  #texts: Uint8Array[] = [];
  #lastPlaces = new Int32Array(0);

  constructor(segment: Segment) {
    this.#segment = segment;
    this.#marks = new Uint16Array(segment.surfaces.length);
  }

  /** @param part the segment's place in the index. */
  open(plan: QueryPlan, part: number): void {
    this.close();
    for (const { known, words } of plan.terms) {
      const number = known.numbers[part] ?? -1;
      if (number >= 0) this.#mark(number, words);
    }
    this.#texts = plan.words.map(({ text }) => encodeUtf8(text));
    this.#lastPlaces = new Int32Array(plan.words.length);
  }

  close(): void {
    for (const surface of this.#marked) this.#marks[surface] = 0;
    this.#marked = [];
    this.#wordsOfMark = [NONE];
  }

  /** Marks the surfaces of a term; one of several terms stands for the words of all of them. */
  #mark(term: number, words: readonly number[]): void {
    const { offsets, surfaces } = surfacesOfTerms(this.#segment);
    // By the mark that a surface has already: the one that it gets.
    const marks = new Map<number, number>();
    for (let i = offsets[term]!; i < offsets[term + 1]!; i++) {
      const surface = surfaces[i]!;
      const before = this.#marks[surface]!;
      let mark = marks.get(before);
      if (mark === undefined) {
        const others = this.#wordsOfMark[before]!;
        mark = this.#wordsOfMark.push(others.length === 0 ? words : union(others, words)) - 1;
        marks.set(before, mark);
      }
      this.#marks[surface] = mark;
      if (before === 0) this.#marked.push(surface);
    }
  }

  /** Writes how a document holds the query to a row of the table, which must be empty. */
  read(document: number, table: EvidenceTable, row: number): void {
    const ranges = fieldRanges(this.#segment, document, this.#ranges);
    const { streams, surfaceFlags } = this.#segment;
    const marks = this.#marks;
    for (let field = 0; field < FIELDS.length; field++) {
      const end = ranges[field * 2 + 1]!;
      let at = ranges[field * 2]!;
      if (at === end) continue;
      this.#lastPlaces.fill(-1);
      let words = 0;
      let matches = 0;
      for (let place = 0; at < end && place < MAX_TOKENS; place++) {
        let byte = streams[at++]!;
        let surface = byte & 127;
        for (let shift = 7; byte > 127 && shift < 28; shift += 7) {
          byte = streams[at++]!;
          surface |= (byte & 127) << shift;
        }
        const isMatch = marks[surface]! > 0;
        // A stop word is a word of the title when the query asks for it.
        if (field === TITLE && (isMatch || surfaceFlags[surface]! > SURFACE_KIND_MASK)) words += 1;
        if (!isMatch) continue;
        matches += 1;
        this.#note(surface, field, place, table, row);
      }
      if (field !== TITLE) continue;
      table.titleWords[row] = words;
      table.titleMatches[row] = matches;
    }
  }

  /** The words of the query that a surface stands for. */
  matchesOf(surface: number): readonly number[] {
    return this.#wordsOfMark[this.#marks[surface]!]!;
  }

  #note(surface: number, field: number, place: number, table: EvidenceTable, row: number): void {
    const first = row * table.wordCount;
    for (const word of this.matchesOf(surface)) {
      table.fields[first + word]! |= 1 << field;
      this.#compareSpelling(word, surface, table, first);
      this.#measureNearness(word, place, table.nearness, first);
      this.#lastPlaces[word] = place;
    }
  }

  /** Adds 1 / distance for each time that neighbouring words of the query stand near each other. */
  #measureNearness(word: number, place: number, nearness: Float64Array, first: number): void {
    const last = this.#lastPlaces;
    const before = word > 0 ? last[word - 1]! : -1;
    if (before >= 0 && place - before <= NEAR_TOKENS) {
      // Both in one token, written as one word, is as near as can be.
      nearness[first + word]! += 1 / Math.max(1, place - before);
    }
    const next = word + 1 < last.length ? last[word + 1]! : -1;
    if (next >= 0 && place > next && place - next <= NEAR_TOKENS) {
      // The other way round says less.
      nearness[first + word + 1]! += 0.5 / (place - next);
    }
  }

  #compareSpelling(word: number, surface: number, table: EvidenceTable, first: number): void {
    if (table.surfaces[first + word]! < 0) table.surfaces[first + word] = surface;
    if (table.isExact[first + word] === 1) return;
    const { bytes, offsets } = this.#segment.surfaces;
    const text = this.#texts[word]!;
    const start = offsets[surface]!;
    if (offsets[surface + 1]! - start !== text.length) return;
    for (let i = 0; i < text.length; i++) {
      if (lowerAscii(bytes[start + i]!) !== lowerAscii(text[i]!)) return;
    }
    table.isExact[first + word] = 1;
    table.surfaces[first + word] = surface;
  }
}

function union(some: readonly number[], others: readonly number[]): readonly number[] {
  return [...new Set([...some, ...others])].toSorted((a, b) => a - b);
}

function lowerAscii(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
