import {
  KIND_OVERLAP,
  KIND_SEPARATOR,
  KIND_WORD,
  TokenBuffer,
  tokenize,
} from "../analysis/tokenizer.ts";
import { codePointBytes, Utf8Scratch } from "../analysis/utf8.ts";
import { hashOf } from "../byte-hash.ts";
import type { Segment } from "../file/segment.ts";
import {
  MANY_TERMS,
  NO_TERM,
  SURFACE_KIND_BITS,
  SURFACE_KIND_MASK,
  UNITS_BITS,
  UNITS_MASK,
} from "../file/surface-terms.ts";
import { FINGERPRINT_WORDS, Fingerprint } from "../ranking/fingerprint.ts";
import { FIELDS, FULL_UNITS, HEADINGS } from "../ranking/scoring.ts";
import { fieldRanges, readSurfaces, SurfaceBuffer } from "../ranking/token-stream.ts";
import { GrowingBytes, grownUint32 } from "./growing.ts";
import type { SurfaceTable } from "./surface-table.ts";

/** Punctuation between two words is kept for the snippet up to so many bytes. */
const MAX_SEPARATOR_BYTES = 32;
const SPACE = 0x20;
const MAX_UNITS = 255;

/**
 * Turns one document after another into its token stream and its term counts. The stream is the
 * text itself, each token as the number of its surface: a field is a varint of its bytes and then
 * varints; one space between words goes without saying. See docs/search-design.md.
 */
export class DocumentEncoder {
  /** The stream of the document encoded last. */
  readonly stream: GrowingBytes = new GrowingBytes();
  /** Words of its fields, stop words left out. */
  readonly lengths: number[] = [];
  /** Of its words but those of the headings above it. */
  readonly fingerprint: Uint32Array = new Uint32Array(FINGERPRINT_WORDS);
  /** Its distinct terms, and beside each its packed units; `termCount` of them count. */
  terms: Uint32Array = new Uint32Array(1024);
  packedUnits: Uint32Array = new Uint32Array(1024);
  termCount = 0;

  readonly #surfaces: SurfaceTable;
  readonly #scratch = new Utf8Scratch();
  readonly #tokens = new TokenBuffer();
  readonly #field = new GrowingBytes();
  readonly #copied = new SurfaceBuffer();
  readonly #sketch = new Fingerprint();
  readonly #separator: Uint8Array = new Uint8Array(MAX_SEPARATOR_BYTES + 4);
  // By term: the last document that held it, and where in `terms` it is.
  #lastDocument: Uint32Array = new Uint32Array(1024);
  #place: Uint32Array = new Uint32Array(1024);
  #document = 0;

  constructor(surfaces: SurfaceTable) {
    this.#surfaces = surfaces;
  }

  /** @param fields the texts in the order of `FIELDS`. */
  encode(fields: readonly string[], language: number): void {
    this.#document += 1;
    this.termCount = 0;
    this.stream.clear();
    this.#sketch.clear();
    for (const [field, text] of fields.entries()) {
      this.lengths[field] = this.#encodeField(text, field, language);
      this.stream.pushVarint(this.#field.length);
      this.stream.append(this.#field.values, 0, this.#field.length);
    }
    for (let i = 0; i < FINGERPRINT_WORDS; i++) this.fingerprint[i] = this.#sketch.word(i);
  }

  /**
   * Encodes a document of another segment again, from its stream.
   *
   * @param numbers by surface of that segment: its number here, -1 while it is unknown.
   */
  copy(segment: Segment, document: number, numbers: Int32Array, language: number): void {
    this.#document += 1;
    this.termCount = 0;
    this.stream.clear();
    const first = document * FINGERPRINT_WORDS;
    this.fingerprint.set(segment.fingerprints.subarray(first, first + FINGERPRINT_WORDS));
    const ranges = fieldRanges(segment, document);
    for (let field = 0; field < FIELDS.length; field++) {
      this.#field.clear();
      this.lengths[field] = 0;
      readSurfaces(
        segment,
        ranges[field * 2]!,
        ranges[field * 2 + 1]!,
        Number.POSITIVE_INFINITY,
        this.#copied,
      );
      for (let i = 0; i < this.#copied.count; i++) {
        const old = this.#copied.values[i]!;
        if (numbers[old]! < 0) numbers[old] = this.#copySurface(segment, old, language);
        this.lengths[field]! += this.#addSurface(numbers[old]!, field * 8);
      }
      this.stream.pushVarint(this.#field.length);
      this.stream.append(this.#field.values, 0, this.#field.length);
    }
  }

  #copySurface(segment: Segment, surface: number, language: number): number {
    const { bytes, offsets } = segment.surfaces;
    const [start, end] = [offsets[surface]!, offsets[surface + 1]!];
    const flags = segment.surfaceFlags[surface]!;
    return this.#surfaces.intern(
      bytes,
      start,
      end,
      hashOf(bytes, start, end),
      flags & SURFACE_KIND_MASK,
      flags >>> SURFACE_KIND_BITS,
      language,
    );
  }

  /** Writes a token and counts its terms; returns how many words it is. */
  #addSurface(surface: number, shift: number): number {
    this.#write(surface);
    this.#countTerms(this.#surfaces.termOf.values[surface]!, shift);
    const flags = this.#surfaces.flags.values[surface]!;
    return (flags & SURFACE_KIND_MASK) === KIND_OVERLAP ? 1 : flags >>> SURFACE_KIND_BITS;
  }

  #encodeField(text: string, field: number, language: number): number {
    this.#field.clear();
    if (text === "") return 0;
    const byteCount = this.#scratch.encode(text);
    const { bytes } = this.#scratch;
    const tokens = this.#tokens;
    const surfaces = this.#surfaces;
    tokenize(bytes, byteCount, tokens);
    let words = 0;
    let previousEnd = 0;
    let isGlued = false;
    for (let i = 0; i < tokens.count; i++) {
      const start = tokens.starts[i]!;
      const kind = tokens.kinds[i]!;
      if (start > 0) this.#encodeGap(bytes, previousEnd, start, isGlued);
      const surface = surfaces.intern(
        bytes,
        start,
        tokens.ends[i]!,
        tokens.hashes[i]!,
        kind,
        tokens.shownEnds[i]! - start,
        language,
      );
      if (field !== HEADINGS) this.#sketch.add(tokens.hashes[i]!);
      words += this.#addSurface(surface, field * 8);
      previousEnd = tokens.shownEnds[i]!;
      isGlued = kind !== KIND_WORD;
    }
    if (previousEnd < byteCount) this.#encodeGap(bytes, previousEnd, byteCount, false);
    return words;
  }

  #countTerms(entry: number, shift: number): void {
    if (entry < NO_TERM) {
      this.#count(entry, FULL_UNITS, shift);
      return;
    }
    if (entry < MANY_TERMS) return;
    const lists = this.#surfaces.lists.values;
    const place = entry - MANY_TERMS;
    for (let i = place + 1, end = place + lists[place]!; i <= end; i++) {
      this.#count(lists[i]! >>> UNITS_BITS, lists[i]! & UNITS_MASK, shift);
    }
  }

  #count(term: number, units: number, shift: number): void {
    if (term >= this.#lastDocument.length) {
      this.#lastDocument = grownUint32(this.#lastDocument, term + 1);
      this.#place = grownUint32(this.#place, term + 1);
    }
    if (this.#lastDocument[term] !== this.#document) {
      const place = this.termCount++;
      if (place === this.terms.length) {
        this.terms = grownUint32(this.terms, place + 1);
        this.packedUnits = grownUint32(this.packedUnits, place + 1);
      }
      this.#lastDocument[term] = this.#document;
      this.#place[term] = place;
      this.terms[place] = term;
      this.packedUnits[place] = units << shift;
      return;
    }
    const place = this.#place[term]!;
    const packed = this.packedUnits[place]!;
    const before = (packed >>> shift) & MAX_UNITS;
    // A byte is enough: long before 63 occurrences one more counts nothing.
    const after = Math.min(MAX_UNITS, before + units);
    this.packedUnits[place] = packed + ((after - before) << shift);
  }

  /** Writes what stands between two tokens, unless it is what a reader assumes. */
  #encodeGap(bytes: Uint8Array, start: number, end: number, isGlued: boolean): void {
    if (end === start + 1 && !isGlued && bytes[start]! <= SPACE) return;
    if (end === start && isGlued) return;
    const separator = this.#separator;
    let length = 0;
    for (let i = start; i < end && length < MAX_SEPARATOR_BYTES; ) {
      const byte = bytes[i]!;
      const size = codePointBytes(byte);
      if (byte > SPACE) for (let k = 0; k < size; k++) separator[length++] = bytes[i + k]!;
      else if (length === 0 || separator[length - 1] !== SPACE) separator[length++] = SPACE;
      i += size;
    }
    const isSpace = length === 1 && separator[0] === SPACE;
    if (isGlued ? length === 0 : isSpace) return;
    const hash = hashOf(separator, 0, length);
    this.#write(this.#surfaces.intern(separator, 0, length, hash, KIND_SEPARATOR, 0, 0));
  }

  #write(surface: number): void {
    this.#field.pushVarint(surface);
    this.#surfaces.counts.values[surface]! += 1;
  }
}
