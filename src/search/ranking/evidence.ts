import { KIND_SEPARATOR } from "../analysis/tokenizer.ts";
import { encodeUtf8 } from "../analysis/utf8.ts";
import type { Segment } from "../file/segment.ts";
import { MANY_TERMS, NO_TERM, SURFACE_KIND_MASK, UNITS_BITS } from "../file/surface-terms.ts";
import type { QueryPlan } from "../query/plan-query.ts";
import { TITLE } from "./scoring.ts";
import { fieldRanges, readSurfaces, SurfaceBuffer } from "./token-stream.ts";

/** Tokens of a field that are read as evidence; what is further down decides no rank. */
const MAX_TOKENS = 4096;

/** How a document holds a query. */
export interface Evidence {
  /** By word of the query: a bit for each field that holds it. */
  readonly fieldsOfWord: Uint8Array;
  /** By word: the surface that was found first, -1 for none. */
  readonly surfaceOfWord: Int32Array;
  /** By word: 1 when it is there exactly as typed but for the case of ASCII letters. */
  readonly isExact: Uint8Array;
  /** By word: how near it comes after the word before it, 1 for as near as in the query. */
  readonly nearness: Float64Array;
  /** Words of the title, and how many of them the query has. */
  readonly titleWords: number;
  readonly titleMatches: number;
}

/**
 * Reads documents of one segment for the words of one query. Between `open` and `close` it marks the
 * query's terms, so that reading a token is a table lookup.
 */
export class EvidenceReader {
  readonly #segment: Segment;
  /** By term: its place in the plan + 1, or 0. */
  readonly #marks: Uint8Array;
  readonly #buffer = new SurfaceBuffer();
  #wordsOfTerm: (readonly number[])[] = [];
  #marked: number[] = [];
  #texts: Uint8Array[] = [];
  #gaps: number[] = [];
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
    this.#gaps = plan.words.map(
      ({ position }, index) => position - (plan.words[index - 1]?.position ?? position),
    );
    this.#lastPlaces = new Int32Array(plan.words.length);
  }

  close(): void {
    for (const term of this.#marked) this.#marks[term] = 0;
    this.#marked = [];
  }

  read(document: number): Evidence {
    const words = this.#texts.length;
    const evidence = {
      fieldsOfWord: new Uint8Array(words),
      surfaceOfWord: new Int32Array(words).fill(-1),
      isExact: new Uint8Array(words),
      nearness: new Float64Array(words),
      titleWords: 0,
      titleMatches: 0,
    };
    for (const [field, range] of fieldRanges(this.#segment, document).entries()) {
      readSurfaces(this.#segment, range, MAX_TOKENS, this.#buffer);
      const { tokens, matches } = this.#readField(field, evidence);
      if (field !== TITLE) continue;
      evidence.titleWords = tokens;
      evidence.titleMatches = matches;
    }
    return evidence;
  }

  /** The words of the query that a surface stands for, as a list that must not be kept. */
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

  #readField(field: number, evidence: Evidence): { tokens: number; matches: number } {
    const { surfaceFlags } = this.#segment;
    const { values, count } = this.#buffer;
    const lastPlaces = this.#lastPlaces.fill(-1);
    let tokens = 0;
    let matches = 0;
    for (let i = 0; i < count; i++) {
      const surface = values[i]!;
      if ((surfaceFlags[surface]! & SURFACE_KIND_MASK) === KIND_SEPARATOR) continue;
      const words = this.matchesOf(surface);
      // A title of stop words is still a title: they count when the query has them.
      if (words.length > 0 || surfaceFlags[surface]! > SURFACE_KIND_MASK) tokens += 1;
      if (words.length > 0) matches += 1;
      for (const word of words) {
        evidence.fieldsOfWord[word]! |= 1 << field;
        this.#compareSpelling(word, surface, evidence);
        this.#measureNearness(word, i, lastPlaces, evidence.nearness);
        lastPlaces[word] = i;
      }
    }
    return { tokens, matches };
  }

  #measureNearness(word: number, place: number, last: Int32Array, nearness: Float64Array): void {
    const gap = this.#gaps[word] ?? 1;
    const before = word > 0 ? last[word - 1]! : -1;
    if (before >= 0) {
      const near = 1 / (1 + Math.abs(place - before - gap));
      if (near > nearness[word]!) nearness[word] = near;
    }
    const next = word + 1 < last.length ? last[word + 1]! : -1;
    if (next >= 0) {
      // The other way round says less.
      const near = 0.5 / Math.max(1, place - next);
      if (near > nearness[word + 1]!) nearness[word + 1] = near;
    }
  }

  #compareSpelling(word: number, surface: number, evidence: Evidence): void {
    if (evidence.surfaceOfWord[word]! < 0) evidence.surfaceOfWord[word] = surface;
    if (evidence.isExact[word] === 1) return;
    const { bytes, offsets } = this.#segment.surfaces;
    const text = this.#texts[word]!;
    const start = offsets[surface]!;
    if (offsets[surface + 1]! - start !== text.length) return;
    for (let i = 0; i < text.length; i++) {
      if (lowerAscii(bytes[start + i]!) !== lowerAscii(text[i]!)) return;
    }
    evidence.isExact[word] = 1;
    evidence.surfaceOfWord[word] = surface;
  }
}

const NONE: readonly number[] = [];

function lowerAscii(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
