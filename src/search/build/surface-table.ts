import { type AnalyzedWord, analyzerFor } from "../analysis/analyze-word.ts";
import { isCompounding } from "../analysis/compounding.ts";
import { KIND_OVERLAP, KIND_SEPARATOR, KIND_WORD } from "../analysis/tokenizer.ts";
import { decodeUtf8, Utf8Scratch } from "../analysis/utf8.ts";
import { hashOf } from "../byte-hash.ts";
import {
  MANY_TERMS,
  MAX_SURFACE_VALUE,
  NO_TERM,
  SURFACE_KIND_BITS,
  UNITS_BITS,
} from "../file/surface-terms.ts";
import { FULL_UNITS } from "../ranking/scoring.ts";
import { ByteInterner } from "./byte-interner.ts";
import { GrowingBytes, GrowingUint32 } from "./growing.ts";

const MAX_RECENT_TERMS = 20_000;

/**
 * Every distinct spelling met (a surface), with the index terms it stands for. A word is analysed
 * when it is first seen in a language; after that it costs one hash lookup.
 */
export class SurfaceTable {
  /** Surfaces; the tag is the language's number and the surface's {@link flags}' lower part. */
  readonly surfaces: ByteInterner = new ByteInterner();
  /** Terms in order of first sight. */
  readonly terms: ByteInterner = new ByteInterner();
  /** By surface: its kind and length, see `file/surface-terms.ts`. */
  readonly flags: GrowingBytes = new GrowingBytes();
  /** By surface: how often it was written; for the encoder to count. */
  readonly counts: GrowingUint32 = new GrowingUint32();
  /** By surface: its only term, counted in full; or {@link MANY_TERMS} plus a place in `lists`. */
  readonly termOf: GrowingUint32 = new GrowingUint32();
  /** A count, then so many terms, each shifted by its units. */
  readonly lists: GrowingUint32 = new GrowingUint32();
  /** Terms of plain words in languages that write compounds as one; one may be there repeatedly. */
  readonly compoundTerms: GrowingUint32 = new GrowingUint32();
  readonly #languages: readonly string[];
  readonly #scratch = new Utf8Scratch();
  /** Pieces of names come again and again; the string is at hand, its bytes are not. */
  readonly #recentTerms = new Map<string, number>();

  /** @param languages by number; may grow after construction. */
  constructor(languages: readonly string[]) {
    this.#languages = languages;
  }

  /**
   * The number of the surface `bytes[start, end)`; `hash` is {@link hashOf} of it.
   *
   * @param shownBytes how many of the bytes stand for the token in the text.
   */
  intern(
    bytes: Uint8Array,
    start: number,
    end: number,
    hash: number,
    kind: number,
    shownBytes: number,
    language: number,
  ): number {
    const shown = kind === KIND_OVERLAP ? shownBytes : 0;
    const tag = kind === KIND_SEPARATOR ? 0 : (language << 8) | (shown << SURFACE_KIND_BITS) | kind;
    const surface = this.surfaces.intern(bytes, start, end, hash, tag);
    if (surface === this.flags.length) {
      this.#describe(bytes, start, end, kind, shown, language);
      this.counts.push(0);
    }
    return surface;
  }

  #describe(
    bytes: Uint8Array,
    start: number,
    end: number,
    kind: number,
    shownBytes: number,
    language: number,
  ): void {
    if (kind === KIND_SEPARATOR) {
      this.flags.push(KIND_SEPARATOR);
      this.termOf.push(NO_TERM);
      return;
    }
    const name = this.#languages[language] ?? "";
    const analyzer = analyzerFor(name);
    const word = analyzer.analyze(decodeUtf8(bytes, start, end));
    const value = kind === KIND_OVERLAP ? shownBytes : word.length;
    this.flags.push(kind | (Math.min(value, MAX_SURFACE_VALUE) << SURFACE_KIND_BITS));
    const term = this.#termsOf(word);
    this.termOf.push(term);
    if (kind === KIND_WORD && term < NO_TERM && isCompounding(name)) this.compoundTerms.push(term);
  }

  #termsOf(word: AnalyzedWord): number {
    const [first] = word.terms;
    if (first === undefined) return NO_TERM;
    if (word.terms.length === 1 && first.units === FULL_UNITS) return this.#internTerm(first.term);
    const place = this.lists.length;
    this.lists.push(word.terms.length);
    for (const { term, units } of word.terms) {
      this.lists.push((this.#internTerm(term) << UNITS_BITS) | units);
    }
    return MANY_TERMS + place;
  }

  #internTerm(term: string): number {
    const known = this.#recentTerms.get(term);
    if (known !== undefined) return known;
    const length = this.#scratch.encode(term);
    const { bytes } = this.#scratch;
    const number = this.terms.intern(bytes, 0, length, hashOf(bytes, 0, length), 0);
    if (this.#recentTerms.size >= MAX_RECENT_TERMS) this.#recentTerms.clear();
    this.#recentTerms.set(term, number);
    return number;
  }
}
