import type { FileSection, SectionContent } from "./sections.ts";

/**
 * The sections of a segment with their numbers in the file. A segment is an index of its own over
 * some of the documents; see docs/search-design.md for what refers to what.
 */
export const SEGMENT_SECTIONS = {
  /** Terms in the order of their bytes, one after another. */
  termBytes: 1,
  termOffsets: 2,
  /** By term: where its postings begin; they start with a varint of how many there are. */
  postingOffsets: 3,
  postings: 4,
  /** By code: the packed units that it stands for. */
  unitCodes: 38,
  /** Of every block of a term with more than one: its last document, its end, its bound. */
  blockLastDocuments: 5,
  blockEnds: 6,
  blockBounds: 7,
  surfaceBytes: 8,
  surfaceOffsets: 9,
  surfaceFlags: 10,
  surfaceTerms: 11,
  surfaceTermLists: 12,
  /** The surfaces that are plain words, in the order of their bytes. */
  vocabulary: 37,
  /** Terms of languages that write compounds as one word, in the order of their bytes from the end. */
  compoundEnds: 40,
  /** By document: its token stream. */
  streams: 13,
  streamOffsets: 14,
  /** By document, four a document: length bytes of its fields. */
  fieldLengths: 15,
  /** By document, four numbers each: a sketch of its words; see `ranking/fingerprint.ts`. */
  fingerprints: 39,
  documentGroups: 16,
  /** By document: numbers of names, 0 for none. */
  documentLanguages: 17,
  documentVersions: 18,
  documentSections: 19,
  documentIdBytes: 20,
  documentIdOffsets: 21,
  documentIdSlots: 22,
  documentStored: 23,
  documentStoredOffsets: 24,
  groupIdBytes: 25,
  groupIdOffsets: 26,
  groupIdSlots: 27,
  /** By group: the number of its translation key among the names, 0 for none. */
  groupTranslationKeys: 28,
  /** Groups that were given bytes, in order, and those bytes. */
  storedGroups: 29,
  groupStored: 30,
  groupStoredOffsets: 31,
  /** Languages, versions, sections and translation keys; name 0 is empty. */
  nameBytes: 32,
  nameOffsets: 33,
  /** Average field lengths that the bounds were made with. */
  boundAverages: 34,
  /** A bit a document: no longer in the index. Only where there is one. */
  deletedDocuments: 35,
  /** The same by group. */
  deletedGroups: 36,
} as const;

export type SegmentSectionName = keyof typeof SEGMENT_SECTIONS;
/** What a builder writes: nothing is deleted from a new segment. */
export type SegmentContents = Readonly<
  Record<Exclude<SegmentSectionName, "deletedDocuments" | "deletedGroups">, SectionContent>
>;

/** The sections of the file as a whole, under part 0. */
export const METADATA_SECTION = 1;
/** The revision of an index that was updated, 16 bytes; otherwise it is the file's checksum. */
export const REVISION_SECTION = 2;
/** Vectors of the documents; only in an index that was made with embeddings. */
export const VECTORS_SECTION = 3;

/** The contents of a segment as sections under a part of the file. */
export function segmentSections(part: number, contents: SegmentContents): FileSection[] {
  const byName = new Map(Object.entries(contents));
  return Object.entries(SEGMENT_SECTIONS).flatMap(([name, kind]) => {
    const content = byName.get(name);
    return content === undefined ? [] : [{ part, kind, content }];
  });
}
