import { detectLanguage } from "../analysis/detect-language.ts";
import { Utf8Scratch } from "../analysis/utf8.ts";
import { hashOf } from "../byte-hash.ts";
import { contentOf } from "../file/sections.ts";
import { isDeleted, isGroupDeleted, type Segment } from "../file/segment.ts";
import type { SegmentContents } from "../file/segment-sections.ts";
import type { IndexDocument, IndexGroup } from "../index-document.ts";
import { lengthByte } from "../ranking/field-lengths.ts";
import { ByteInterner } from "./byte-interner.ts";
import { DocumentEncoder } from "./document-encoder.ts";
import { GrowingBytes, GrowingUint32 } from "./growing.ts";
import { HeapColumn } from "./heap-column.ts";
import { stringContents, surfaceContents, termContents } from "./segment-contents.ts";
import { SpilledPostings } from "./spilled-postings.ts";
import { placesOf, renumberStreams, surfacesByCount } from "./surface-order.ts";
import { SurfaceTable } from "./surface-table.ts";
import { type Scratch, Tape } from "./tape.ts";

/** How much of a document's text is read to tell its language. */
const DETECTED_CHARS = 2000;
/** Postings that are held before they are put away. */
const HELD_POSTING_BYTES = 64 << 20;

export interface SegmentBuilderOptions {
  /** Where bytes are put that need not be held. Without it, all are. */
  readonly scratch?: Scratch;
  /** Bytes of postings that are held at once when there is a scratch. Default 64 MiB. */
  readonly heldPostingBytes?: number;
}

/**
 * Builds a segment from documents, one after another: new ones, or those of other segments. Memory
 * grows with the finished segment, not with the text; with a scratch it grows with the distinct
 * spellings and, by some 100 bytes each, with the documents.
 */
export class SegmentBuilder {
  readonly #documentIds = new ByteInterner();
  readonly #groupIds = new ByteInterner();
  readonly #names = new ByteInterner();
  readonly #languages: string[] = [];
  readonly #languageNames = new GrowingUint32();
  readonly #table = new SurfaceTable(this.#languages);
  readonly #encoder = new DocumentEncoder(this.#table);
  readonly #postings: SpilledPostings;
  readonly #streams: HeapColumn;
  readonly #fieldLengths = new GrowingBytes();
  readonly #fingerprints: Tape;
  readonly #documentGroups: Tape;
  readonly #documentLanguages: Tape;
  readonly #documentVersions: Tape;
  readonly #documentSections: Tape;
  readonly #documentStored: HeapColumn;
  readonly #groupTranslationKeys = new GrowingUint32();
  readonly #storedGroups: Tape;
  readonly #isStored = new Set<number>();
  readonly #groupStored: HeapColumn;
  readonly #utf8 = new Utf8Scratch();
  readonly #scratch: Scratch | undefined;

  constructor({ scratch, heldPostingBytes = HELD_POSTING_BYTES }: SegmentBuilderOptions = {}) {
    this.#scratch = scratch;
    this.#postings = new SpilledPostings(this.#table.terms, scratch, heldPostingBytes);
    this.#streams = new HeapColumn(scratch);
    this.#fingerprints = new Tape(scratch);
    this.#documentGroups = new Tape(scratch);
    this.#documentLanguages = new Tape(scratch);
    this.#documentVersions = new Tape(scratch);
    this.#documentSections = new Tape(scratch);
    this.#documentStored = new HeapColumn(scratch);
    this.#storedGroups = new Tape(scratch);
    this.#groupStored = new HeapColumn(scratch);
    this.#intern(this.#names, "");
  }

  /** Documents added so far. */
  get documentCount(): number {
    return this.#documentIds.size;
  }

  /** Throws RangeError when a document with this id was added before. */
  add(document: IndexDocument): void {
    const { title, headings, text, code, version = "", translationKey = "" } = document;
    const given = document.language.toLowerCase();
    const language = this.#languageNumber(
      given === "" ? detectLanguage(`${title}\n${text}`.slice(0, DETECTED_CHARS)) : given,
    );
    this.#encoder.encode([title, headings.join("\n"), text, code], language);
    this.#addEncoded({ ...document, version, translationKey, language });
  }

  /** Throws RangeError when a group with this id was added before. */
  addGroup(group: IndexGroup): void {
    const number = this.#groupOf(group.id);
    if (this.#isStored.has(number)) {
      throw new RangeError(`IndexBuilder: duplicate group id "${group.id}"`);
    }
    this.#isStored.add(number);
    this.#storedGroups.pushWord(number);
    this.#groupStored.add(group.stored, group.stored.length);
  }

  /**
   * Adds the documents and groups of another segment but those that are deleted, as if they were
   * added anew, without reading their text again.
   */
  addSegment(segment: Segment): void {
    const surfaces = new Int32Array(segment.surfaces.length).fill(-1);
    for (let document = 0; document < segment.documentCount; document++) {
      if (isDeleted(segment, document)) continue;
      const nameOf = (column: Uint32Array): string => segment.names.text(column[document]!);
      const group = segment.documentGroups[document]!;
      const language = this.#languageNumber(nameOf(segment.documentLanguages));
      this.#encoder.copy(segment, document, surfaces, language);
      this.#addEncoded({
        id: segment.documentIds.text(document),
        group: segment.groupIds.text(group),
        translationKey: segment.names.text(segment.groupTranslationKeys[group] ?? 0),
        language,
        version: nameOf(segment.documentVersions),
        section: nameOf(segment.documentSections),
        stored: segment.documentStored.view(document),
      });
    }
    for (const [place, group] of segment.storedGroups.entries()) {
      if (isGroupDeleted(segment, group)) continue;
      this.addGroup({ id: segment.groupIds.text(group), stored: segment.groupStored.view(place) });
    }
  }

  /** What the segment is in a file. Nothing can be added afterwards. */
  finish(): SegmentContents {
    const order = surfacesByCount(this.#table.counts.view());
    const numbers = placesOf(order);
    const streams = renumberStreams(
      this.#streams.bytes,
      this.documentCount,
      numbers,
      this.#scratch,
    );
    const documentIds = stringContents(this.#documentIds);
    const groupIds = stringContents(this.#groupIds);
    const names = stringContents(this.#names);
    const fieldLengths = this.#fieldLengths.view();
    return {
      ...termContents(this.#table, this.#postings, fieldLengths, order, this.#scratch),
      ...surfaceContents(this.#table, order, numbers),
      streams: streams.bytes,
      streamOffsets: streams.offsets,
      fieldLengths: contentOf(fieldLengths),
      fingerprints: this.#fingerprints,
      documentGroups: this.#documentGroups,
      documentLanguages: this.#documentLanguages,
      documentVersions: this.#documentVersions,
      documentSections: this.#documentSections,
      documentIdBytes: contentOf(documentIds.bytes),
      documentIdOffsets: contentOf(documentIds.offsets),
      documentIdSlots: contentOf(this.#documentIds.slots()),
      documentStored: this.#documentStored.bytes,
      documentStoredOffsets: this.#documentStored.offsets,
      groupIdBytes: contentOf(groupIds.bytes),
      groupIdOffsets: contentOf(groupIds.offsets),
      groupIdSlots: contentOf(this.#groupIds.slots()),
      groupTranslationKeys: contentOf(this.#groupTranslationKeys.view()),
      storedGroups: this.#storedGroups,
      groupStored: this.#groupStored.bytes,
      groupStoredOffsets: this.#groupStored.offsets,
      nameBytes: contentOf(names.bytes),
      nameOffsets: contentOf(names.offsets),
    };
  }

  /** Adds what the encoder holds under the name and place of a document. */
  #addEncoded(document: EncodedDocument): void {
    const number = this.#documentIds.size;
    this.#intern(this.#documentIds, document.id);
    if (this.#documentIds.size === number) {
      throw new RangeError(`IndexBuilder: duplicate document id "${document.id}"`);
    }
    const { stream, lengths, fingerprint, terms, packedUnits, termCount } = this.#encoder;
    this.#streams.add(stream.values, stream.length);
    for (const length of lengths) this.#fieldLengths.push(lengthByte(length));
    for (const word of fingerprint) this.#fingerprints.pushWord(word);
    const { chains } = this.#postings;
    for (let i = 0; i < termCount; i++) chains.append(terms[i]!, number, packedUnits[i]!);
    this.#postings.spillIfFull();

    const group = this.#groupOf(document.group);
    const key = this.#intern(this.#names, document.translationKey);
    if (key > 0) this.#groupTranslationKeys.values[group] = key;
    this.#documentGroups.pushWord(group);
    this.#documentLanguages.pushWord(this.#languageNames.values[document.language]!);
    this.#documentVersions.pushWord(this.#intern(this.#names, document.version));
    this.#documentSections.pushWord(this.#intern(this.#names, document.section));
    this.#documentStored.add(document.stored, document.stored.length);
  }

  #groupOf(id: string): number {
    const group = this.#intern(this.#groupIds, id);
    if (group === this.#groupTranslationKeys.length) this.#groupTranslationKeys.push(0);
    return group;
  }

  /** The builder's own number of a language. */
  #languageNumber(language: string): number {
    const known = this.#languages.indexOf(language);
    if (known >= 0) return known;
    this.#languageNames.push(this.#intern(this.#names, language));
    return this.#languages.push(language) - 1;
  }

  #intern(strings: ByteInterner, text: string): number {
    const length = this.#utf8.encode(text);
    const { bytes } = this.#utf8;
    return strings.intern(bytes, 0, length, hashOf(bytes, 0, length), 0);
  }
}

/** All of a document but its text, which the encoder has. */
interface EncodedDocument {
  readonly id: string;
  readonly group: string;
  readonly translationKey: string;
  /** The builder's number of it. */
  readonly language: number;
  readonly version: string;
  readonly section: string;
  readonly stored: Uint8Array;
}
