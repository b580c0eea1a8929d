import { FINGERPRINT_WORDS } from "../ranking/fingerprint.ts";
import { FIELDS } from "../ranking/scoring.ts";
import { UNIT_CODES } from "./postings.ts";
import { ReversedStrings } from "./reversed-strings.ts";
import { corrupt, type OpenFile } from "./sections.ts";
import { SEGMENT_SECTIONS, type SegmentSectionName } from "./segment-sections.ts";
import { checkOffsets, SortedStrings, StringList, StringTable } from "./string-list.ts";

/**
 * A segment seen through the file: views, nothing copied, nothing rebuilt. What is read without a
 * further check (offsets, numbers of groups, names and terms) has been checked once it exists.
 */
export interface Segment {
  readonly documentCount: number;
  readonly terms: SortedStrings;
  readonly postingOffsets: Uint32Array;
  readonly postings: Uint8Array;
  readonly unitCodes: Uint32Array;
  readonly blockLastDocuments: Uint32Array;
  readonly blockEnds: Uint32Array;
  readonly blockBounds: Float32Array;
  readonly surfaces: StringList;
  readonly surfaceFlags: Uint8Array;
  readonly surfaceTerms: Uint32Array;
  readonly surfaceTermLists: Uint32Array;
  /** The surfaces that are plain words, for finding what a word may have been meant to be. */
  readonly vocabulary: SortedStrings;
  /** Terms that may be compounds, for finding those that end with a word. */
  readonly compoundEnds: ReversedStrings;
  readonly streams: Uint8Array;
  readonly streamOffsets: Uint32Array;
  readonly fieldLengths: Uint8Array;
  readonly fingerprints: Uint32Array;
  readonly documentGroups: Uint32Array;
  readonly documentLanguages: Uint32Array;
  readonly documentVersions: Uint32Array;
  readonly documentSections: Uint32Array;
  readonly documentIds: StringTable;
  readonly documentStored: StringList;
  readonly groupIds: StringTable;
  readonly groupTranslationKeys: Uint32Array;
  readonly storedGroups: Uint32Array;
  readonly groupStored: StringList;
  readonly names: StringList;
  readonly boundAverages: Float64Array;
  /** A bit a document, or undefined when none is deleted. */
  readonly deletedDocuments: Uint8Array | undefined;
  /** A bit a group, together with {@link deletedDocuments}. */
  readonly deletedGroups: Uint8Array | undefined;
  /** The sections as they are in the file, for writing the segment into another one. */
  readonly raw: ReadonlyMap<number, Uint8Array>;
}

/** The segment under a part of a file. Throws ERR_INDEX_CORRUPT when its sections do not fit. */
export function openSegment(file: OpenFile, part: number): Segment {
  const raw = new Map<number, Uint8Array>();
  for (const kind of Object.values(SEGMENT_SECTIONS)) {
    const section = file.section(part, kind);
    if (section) raw.set(kind, section);
  }
  return segmentOf(raw);
}

/** A segment over its sections by number. */
export function segmentOf(raw: ReadonlyMap<number, Uint8Array>): Segment {
  const bytes = (name: SegmentSectionName): Uint8Array => {
    const section = raw.get(SEGMENT_SECTIONS[name]);
    if (!section) throw corrupt(`its section "${name}" is missing`);
    return section;
  };
  const view = (name: SegmentSectionName, size: number): [ArrayBufferLike, number, number] => {
    const section = bytes(name);
    if (section.length % size !== 0) throw corrupt(`its section "${name}" is cut`);
    return [section.buffer, section.byteOffset, section.length / size];
  };
  const words = (name: SegmentSectionName): Uint32Array => new Uint32Array(...view(name, 4));

  const documentIds = new StringTable(
    bytes("documentIdBytes"),
    words("documentIdOffsets"),
    words("documentIdSlots"),
  );
  const surfaces = new StringList(bytes("surfaceBytes"), words("surfaceOffsets"));
  const vocabulary = words("vocabulary");
  if (!allBelow(vocabulary, surfaces.length)) throw corrupt("its vocabulary does not fit the rest");
  const terms = new StringList(bytes("termBytes"), words("termOffsets"));
  const compoundEnds = words("compoundEnds");
  if (!allBelow(compoundEnds, terms.length)) throw corrupt("its compounds do not fit the rest");
  const segment: Segment = {
    documentCount: documentIds.length,
    terms: new SortedStrings(terms),
    compoundEnds: new ReversedStrings(terms, compoundEnds),
    postingOffsets: words("postingOffsets"),
    postings: bytes("postings"),
    unitCodes: words("unitCodes"),
    blockLastDocuments: words("blockLastDocuments"),
    blockEnds: words("blockEnds"),
    blockBounds: new Float32Array(...view("blockBounds", 4)),
    surfaces,
    surfaceFlags: bytes("surfaceFlags"),
    surfaceTerms: words("surfaceTerms"),
    surfaceTermLists: words("surfaceTermLists"),
    vocabulary: new SortedStrings(surfaces, vocabulary),
    streams: bytes("streams"),
    streamOffsets: words("streamOffsets"),
    fieldLengths: bytes("fieldLengths"),
    fingerprints: words("fingerprints"),
    documentGroups: words("documentGroups"),
    documentLanguages: words("documentLanguages"),
    documentVersions: words("documentVersions"),
    documentSections: words("documentSections"),
    documentIds,
    documentStored: new StringList(bytes("documentStored"), words("documentStoredOffsets")),
    groupIds: new StringTable(
      bytes("groupIdBytes"),
      words("groupIdOffsets"),
      words("groupIdSlots"),
    ),
    groupTranslationKeys: words("groupTranslationKeys"),
    storedGroups: words("storedGroups"),
    groupStored: new StringList(bytes("groupStored"), words("groupStoredOffsets")),
    names: new StringList(bytes("nameBytes"), words("nameOffsets")),
    boundAverages: new Float64Array(...view("boundAverages", 8)),
    deletedDocuments: raw.get(SEGMENT_SECTIONS.deletedDocuments),
    deletedGroups: raw.get(SEGMENT_SECTIONS.deletedGroups),
    raw,
  };
  checkSegment(segment);
  return segment;
}

/** The same segment with other documents and groups deleted. */
export function withDeletions(
  segment: Segment,
  deletedDocuments: Uint8Array,
  deletedGroups: Uint8Array,
): Segment {
  const raw = new Map(segment.raw);
  raw.set(SEGMENT_SECTIONS.deletedDocuments, deletedDocuments);
  raw.set(SEGMENT_SECTIONS.deletedGroups, deletedGroups);
  return { ...segment, deletedDocuments, deletedGroups, raw };
}

/** Sizes must agree and every number must refer to something: queries do not check again. */
function checkSegment(segment: Segment): void {
  const { documentCount, terms, surfaces, groupIds, names } = segment;
  const expect = (isTrue: boolean, what: string): void => {
    if (!isTrue) throw corrupt(`${what} does not fit the rest`);
  };
  expect(segment.postingOffsets.length === terms.length + 1, "the list of postings");
  checkOffsets(segment.postingOffsets, segment.postings.length);
  expect(segment.unitCodes.length === UNIT_CODES, "the list of codes");
  const blocks = segment.blockLastDocuments.length;
  expect(
    segment.blockEnds.length === blocks && segment.blockBounds.length === blocks,
    "the list of blocks",
  );
  expect(
    segment.surfaceFlags.length === surfaces.length &&
      segment.surfaceTerms.length === surfaces.length,
    "the list of surfaces",
  );
  expect(segment.streamOffsets.length === documentCount + 1, "the list of texts");
  checkOffsets(segment.streamOffsets, segment.streams.length);
  expect(segment.fieldLengths.length === documentCount * FIELDS.length, "the list of lengths");
  expect(
    segment.fingerprints.length === documentCount * FINGERPRINT_WORDS,
    "the list of fingerprints",
  );
  expect(segment.documentStored.length === documentCount, "the list of stored documents");
  expect(segment.boundAverages.length === FIELDS.length, "the list of averages");
  expect(segment.groupTranslationKeys.length === groupIds.length, "the list of groups");
  expect(segment.groupStored.length === segment.storedGroups.length, "the list of stored groups");
  const { deletedDocuments, deletedGroups } = segment;
  expect(
    deletedDocuments?.length === (deletedGroups && Math.ceil(documentCount / 8)) &&
      deletedGroups?.length === (deletedDocuments && Math.ceil(groupIds.length / 8)),
    "the list of deletions",
  );
  for (const numbers of [
    segment.documentGroups,
    segment.documentLanguages,
    segment.documentVersions,
    segment.documentSections,
  ]) {
    const limit = numbers === segment.documentGroups ? groupIds.length : names.length;
    expect(numbers.length === documentCount && allBelow(numbers, limit), "a column of documents");
  }
  expect(allBelow(segment.groupTranslationKeys, names.length), "the list of translations");
  expect(allBelow(segment.storedGroups, groupIds.length), "the list of stored groups");
}

function allBelow(numbers: Uint32Array, limit: number): boolean {
  let greatest = -1;
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! > greatest) greatest = numbers[i]!;
  return greatest < limit;
}

export function isDeleted(segment: Segment, document: number): boolean {
  return hasBit(segment.deletedDocuments, document);
}

/** The numbers of the documents that are deleted, in order. */
export function* deletedDocuments(segment: Segment): Generator<number> {
  for (const [at, byte] of segment.deletedDocuments?.entries() ?? []) {
    // Bits behind the last document are those of a damaged file.
    const end = byte === 0 ? 0 : Math.min(segment.documentCount, at * 8 + 8);
    for (let document = at * 8; document < end; document++) {
      if (isDeleted(segment, document)) yield document;
    }
  }
}

export function isGroupDeleted(segment: Segment, group: number): boolean {
  return hasBit(segment.deletedGroups, group);
}

function hasBit(bits: Uint8Array | undefined, place: number): boolean {
  return bits !== undefined && ((bits[place >>> 3]! >>> (place & 7)) & 1) === 1;
}
