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
import { GrowingBytes, GrowingUint32, PagedBytes } from "./growing.ts";
import { PostingChains } from "./posting-chains.ts";
import { stringContents, termContents } from "./segment-contents.ts";
import { SurfaceTable } from "./surface-table.ts";

/** How much of a document's text is read to tell its language. */
const DETECTED_CHARS = 2000;

/**
 * Builds a segment from documents, one after another: new ones, or those of other segments. Memory
 * grows with the finished segment, not with the text.
 */
export class SegmentBuilder {
  readonly #documentIds = new ByteInterner();
  readonly #groupIds = new ByteInterner();
  readonly #names = new ByteInterner();
  readonly #languages: string[] = [];
  readonly #languageNames = new GrowingUint32();
  readonly #table = new SurfaceTable(this.#languages);
  readonly #encoder = new DocumentEncoder(this.#table);
  readonly #chains = new PostingChains();
  readonly #streams = new HeapColumn();
  readonly #fieldLengths = new GrowingBytes();
  readonly #fingerprints = new GrowingUint32();
  readonly #documentGroups = new GrowingUint32();
  readonly #documentLanguages = new GrowingUint32();
  readonly #documentVersions = new GrowingUint32();
  readonly #documentSections = new GrowingUint32();
  readonly #documentStored = new HeapColumn();
  readonly #groupTranslationKeys = new GrowingUint32();
  readonly #storedGroups = new GrowingUint32();
  readonly #isStored = new Set<number>();
  readonly #groupStored = new HeapColumn();
  readonly #scratch = new Utf8Scratch();

  constructor() {
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
    this.#storedGroups.push(number);
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
    const surfaces = stringContents(this.#table.surfaces);
    const documentIds = stringContents(this.#documentIds);
    const groupIds = stringContents(this.#groupIds);
    const names = stringContents(this.#names);
    const fieldLengths = this.#fieldLengths.toArray();
    return {
      ...termContents(this.#table, this.#chains, fieldLengths),
      surfaceBytes: contentOf(surfaces.bytes),
      surfaceOffsets: contentOf(surfaces.offsets),
      surfaceFlags: contentOf(this.#table.flags.toArray()),
      streams: this.#streams.bytes,
      streamOffsets: contentOf(this.#streams.offsets.toArray()),
      fieldLengths: contentOf(fieldLengths),
      fingerprints: contentOf(this.#fingerprints.toArray()),
      documentGroups: contentOf(this.#documentGroups.toArray()),
      documentLanguages: contentOf(this.#documentLanguages.toArray()),
      documentVersions: contentOf(this.#documentVersions.toArray()),
      documentSections: contentOf(this.#documentSections.toArray()),
      documentIdBytes: contentOf(documentIds.bytes),
      documentIdOffsets: contentOf(documentIds.offsets),
      documentIdSlots: contentOf(this.#documentIds.slots()),
      documentStored: this.#documentStored.bytes,
      documentStoredOffsets: contentOf(this.#documentStored.offsets.toArray()),
      groupIdBytes: contentOf(groupIds.bytes),
      groupIdOffsets: contentOf(groupIds.offsets),
      groupIdSlots: contentOf(this.#groupIds.slots()),
      groupTranslationKeys: contentOf(this.#groupTranslationKeys.toArray()),
      storedGroups: contentOf(this.#storedGroups.toArray()),
      groupStored: this.#groupStored.bytes,
      groupStoredOffsets: contentOf(this.#groupStored.offsets.toArray()),
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
    for (const word of fingerprint) this.#fingerprints.push(word);
    for (let i = 0; i < termCount; i++) this.#chains.append(terms[i]!, number, packedUnits[i]!);

    const group = this.#groupOf(document.group);
    const key = this.#intern(this.#names, document.translationKey);
    if (key > 0) this.#groupTranslationKeys.values[group] = key;
    this.#documentGroups.push(group);
    this.#documentLanguages.push(this.#languageNames.values[document.language]!);
    this.#documentVersions.push(this.#intern(this.#names, document.version));
    this.#documentSections.push(this.#intern(this.#names, document.section));
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
    const length = this.#scratch.encode(text);
    const { bytes } = this.#scratch;
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

/** Byte strings one after another, with where each begins and the last one ends. */
class HeapColumn {
  readonly bytes = new PagedBytes();
  readonly offsets = new GrowingUint32();

  constructor() {
    this.offsets.push(0);
  }

  add(bytes: Uint8Array, length: number): void {
    this.bytes.append(bytes, 0, length);
    this.offsets.push(this.bytes.length);
  }
}
