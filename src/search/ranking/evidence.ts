import { encodeUtf8 } from "../analysis/utf8.ts";
import type { Segment } from "../file/segment.ts";
import { MANY_TERMS, NO_TERM, SURFACE_KIND_MASK, UNITS_BITS } from "../file/surface-terms.ts";
import type { QueryPlan } from "../query/plan-query.ts";
import { FIELDS, TITLE } from "./scoring.ts";
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
  /** Words of the title, and how many of them the query has. */
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
    // A document without a title writes neither.
    this.titleWords.fill(0);
    this.titleMatches.fill(0);
  }
}

const NONE: readonly number[] = [];

/**
 * Reads documents of one segment for the words of one query. Between `open` and `close` it marks the
 * query's terms, so that reading a token is two table lookups.
 */
export class EvidenceReader {
  readonly #segment: Segment;
  /** By term: its place in the plan + 1, or 0. */
  readonly #marks: Uint8Array;
  readonly #ranges = new Uint32Array(FIELDS.length * 2);
  #wordsOfTerm: (readonly number[])[] = [];
  #marked: number[] = [];
  #texts: Uint8Array[] = [];
  #lastPlaces = new Int32Array(0);

  constructor(segment: Segment) {
    this.#segment = segment;
    this.#marks = new Uint8Array(segment.terms.length);
  }

  /** @param part the segment's place in the index. */
  open(plan: QueryPlan, part: number): void {
    this.close();
    this.#wordsOfTerm = plan.terms.map(({ words }) => words);
    for (const [index, { known }] of plan.terms.entries()) {
      const number = known.numbers[part] ?? -1;
      if (number < 0) continue;
      this.#marks[number] = index + 1;
      this.#marked.push(number);
    }
    this.#texts = plan.words.map(({ text }) => encodeUtf8(text));
    this.#lastPlaces = new Int32Array(plan.words.length);
  }

  close(): void {
    for (const term of this.#marked) this.#marks[term] = 0;
    this.#marked = [];
  }

  /** Writes how a document holds the query to a row of the table, which must be empty. */
  read(document: number, table: EvidenceTable, row: number): void {
    const ranges = fieldRanges(this.#segment, document, this.#ranges);
    const { streams, surfaceTerms, surfaceFlags } = this.#segment;
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
        const entry = surfaceTerms[surface]!;
        const isMatch =
          entry < NO_TERM ? marks[entry] !== 0 : entry >= MANY_TERMS && this.#isMarkedList(entry);
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
    const entry = this.#segment.surfaceTerms[surface]!;
    if (entry < NO_TERM) {
      const mark = this.#marks[entry]!;
      return mark === 0 ? NONE : (this.#wordsOfTerm[mark - 1] ?? NONE);
    }
    if (entry < MANY_TERMS) return NONE;
    const lists = this.#segment.surfaceTermLists;
    const place = entry - MANY_TERMS;
    const end = Math.min(lists.length - 1, place + (lists[place] ?? 0));
    let found: readonly number[] = NONE;
    for (let i = place + 1; i <= end; i++) {
      const mark = this.#marks[lists[i]! >>> UNITS_BITS] ?? 0;
      if (mark === 0) continue;
      const words = this.#wordsOfTerm[mark - 1] ?? NONE;
      found = found.length === 0 ? words : [...new Set([...found, ...words])];
    }
    return found;
  }

  #isMarkedList(entry: number): boolean {
    const lists = this.#segment.surfaceTermLists;
    const place = entry - MANY_TERMS;
    const end = Math.min(lists.length - 1, place + (lists[place] ?? 0));
    for (let i = place + 1; i <= end; i++) {
      if (this.#marks[lists[i]! >>> UNITS_BITS] !== 0) return true;
    }
    return false;
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

function lowerAscii(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
