import { detectLanguage } from "./analysis/detect-language.ts";
import { encodeUtf8 } from "./analysis/utf8.ts";
import { ByteInterner } from "./build/byte-interner.ts";
import { DocumentEncoder } from "./build/document-encoder.ts";
import { GrowingBytes, GrowingUint32, PagedBytes } from "./build/growing.ts";
import { PostingChains } from "./build/posting-chains.ts";
import { stringContents, termContents } from "./build/segment-contents.ts";
import { SurfaceTable } from "./build/surface-table.ts";
import { hashOf } from "./byte-hash.ts";
import { contentOf, writeSections } from "./file/sections.ts";
import {
  METADATA_SECTION,
  type SegmentContents,
  segmentSections,
} from "./file/segment-sections.ts";
import type { IndexDocument, IndexGroup } from "./index-document.ts";
import { lengthByte } from "./ranking/field-lengths.ts";

/** How much of a document's text is read to tell its language. */
const DETECTED_CHARS = 2000;

/**
 * Builds an index file from documents, one after another. Memory grows with the finished file (about
 * twice its size at the end), not with the text. One builder makes one file.
 */
export class IndexBuilder {
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
  readonly #documentGroups = new GrowingUint32();
  readonly #documentLanguages = new GrowingUint32();
  readonly #documentVersions = new GrowingUint32();
  readonly #documentSections = new GrowingUint32();
  readonly #documentStored = new HeapColumn();
  readonly #groupTranslationKeys = new GrowingUint32();
  readonly #storedGroups = new GrowingUint32();
  readonly #isStored = new Set<number>();
  readonly #groupStored = new HeapColumn();

  constructor() {
    internText(this.#names, "");
  }

  /** Documents added so far. */
  get documentCount(): number {
    return this.#documentIds.size;
  }

  /** Throws RangeError when a document with this id was added before. */
  add(document: IndexDocument): void {
    const number = this.#documentIds.size;
    internText(this.#documentIds, document.id);
    if (this.#documentIds.size === number) {
      throw new RangeError(`IndexBuilder: duplicate document id "${document.id}"`);
    }
    const language = this.#languageOf(document);
    const { title, headings, text, code } = document;
    this.#encoder.encode([title, headings.join("\n"), text, code], language);
    const { stream, lengths, terms, packedUnits, termCount } = this.#encoder;
    this.#streams.add(stream.values, stream.length);
    for (const length of lengths) this.#fieldLengths.push(lengthByte(length));
    for (let i = 0; i < termCount; i++) this.#chains.append(terms[i]!, number, packedUnits[i]!);

    const group = this.#groupOf(document.group);
    if (document.translationKey !== undefined) {
      this.#groupTranslationKeys.values[group] = internText(this.#names, document.translationKey);
    }
    this.#documentGroups.push(group);
    this.#documentLanguages.push(this.#languageNames.values[language]!);
    this.#documentVersions.push(internText(this.#names, document.version ?? ""));
    this.#documentSections.push(internText(this.#names, document.section));
    this.#documentStored.add(document.stored, document.stored.length);
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
   * The whole file, versioned and checksummed; equal for equal documents in equal order.
   * Throws DocportError ERR_INDEX_LIMIT when it would be over 4 GiB.
   *
   * @param metadata opaque bytes that come back as `SearchIndex.metadata`.
   */
  finish(metadata: Uint8Array): Uint8Array {
    return writeSections([
      { part: 0, kind: METADATA_SECTION, content: contentOf(metadata) },
      ...segmentSections(1, this.#contents()),
    ]);
  }

  #contents(): SegmentContents {
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

  #groupOf(id: string): number {
    const group = internText(this.#groupIds, id);
    if (group === this.#groupTranslationKeys.length) this.#groupTranslationKeys.push(0);
    return group;
  }

  /** The builder's own number of a document's language. */
  #languageOf(document: IndexDocument): number {
    const given = document.language.toLowerCase();
    const language =
      given === ""
        ? detectLanguage(`${document.title}\n${document.text}`.slice(0, DETECTED_CHARS))
        : given;
    const known = this.#languages.indexOf(language);
    if (known >= 0) return known;
    this.#languageNames.push(internText(this.#names, language));
    return this.#languages.push(language) - 1;
  }
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

function internText(strings: ByteInterner, text: string): number {
  const bytes = encodeUtf8(text);
  return strings.intern(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length), 0);
}
