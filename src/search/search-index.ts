import { encodeUtf8 } from "./analysis/utf8.ts";
import { checksumOf, checksumText } from "./file/checksum.ts";
import { contentOf, corrupt, openSections, writeSections } from "./file/sections.ts";
import { isDeleted, isGroupDeleted, openSegment, type Segment } from "./file/segment.ts";
import { METADATA_SECTION, REVISION_SECTION, VECTORS_SECTION } from "./file/segment-sections.ts";
import { type MergeSegments, mergeBy, mergeNow, mergeSegments } from "./merge-segments.ts";
import type { SearchOptions, SearchResult } from "./search-options.ts";
import { MAX_NEAREST, Searcher } from "./searcher.ts";
import { addVectors, carryVectors } from "./semantic/carry-vectors.ts";
import { type Nearest, NearestScan } from "./semantic/nearest-scan.ts";
import { decodeVectors, encodeVectors, type VectorStore } from "./semantic/vector-store.ts";
import { type IndexUpdate, segmentsWithout, updatedSegments } from "./updated-segments.ts";

/** Documents of an index, opened from its file: views over the bytes, nothing is rebuilt. */
export class SearchIndex {
  /** Hash of the content in hex: equal files have equal ones. */
  readonly revision: string;
  /** The bytes that the builder was given. */
  readonly metadata: Uint8Array;
  /** Documents that can be found. */
  readonly documentCount: number;
  /** Groups that were given bytes. */
  readonly groupCount: number;
  /** Vectors of the documents, when the index was made with them. */
  readonly vectors: VectorStore | undefined;
  readonly #segments: readonly Segment[];
  readonly #searcher: Searcher;
  /** Where the bytes of each stored group are; made when the first of them is asked for. */
  #storedGroups: ReadonlyMap<string, Uint8Array> | undefined;
  readonly #bytes: Uint8Array | undefined;

  private constructor(
    revision: string,
    metadata: Uint8Array,
    segments: readonly Segment[],
    vectors: VectorStore | undefined,
    bytes?: Uint8Array,
  ) {
    this.revision = revision;
    this.metadata = metadata;
    this.vectors = vectors;
    this.#segments = segments;
    this.#bytes = bytes;
    this.#searcher = new Searcher(segments);
    this.documentCount = this.#searcher.documentCount;
    this.groupCount = segments.reduce((sum, segment) => sum + storedPlaces(segment).length, 0);
  }

  /**
   * Opens a file that `IndexBuilder.finish` made. The index keeps `bytes` and reads them as long as
   * it lives; they must not change. Throws DocportError ERR_INDEX_TRUNCATED, ERR_INDEX_VERSION or
   * ERR_INDEX_CORRUPT for anything that is not such a file, whole and undamaged.
   */
  static open(bytes: Uint8Array): SearchIndex {
    const file = openSections(bytes);
    const metadata = file.section(0, METADATA_SECTION);
    if (metadata === undefined) throw corrupt("its metadata is missing");
    const segments = Array.from({ length: file.partCount - 1 }, (_, index) =>
      openSegment(file, index + 1),
    );
    const revision = file.section(0, REVISION_SECTION);
    const vectors = file.section(0, VECTORS_SECTION);
    const rows = segments.reduce((sum, { documentCount }) => sum + documentCount, 0);
    return new SearchIndex(
      revision ? new TextDecoder().decode(revision) : file.revision,
      metadata,
      segments,
      vectors && decodeVectors(vectors, rows),
      bytes,
    );
  }

  /**
   * The index after an update; this one stays as it is and can be searched on. Answers are those of
   * an index built anew from the documents that stayed, in their order, and then the added ones.
   * The work grows with what is added and removed; the large segments are shared. Throws RangeError
   * when something is added that is in the index already. Added documents have no vector.
   */
  update(update: IndexUpdate): SearchIndex {
    return this.#updated(update, mergeNow(updatedSegments(this.#segments, update)));
  }

  /** As {@link SearchIndex.update}, with the merges of segments, which are most of the work, elsewhere. */
  async updateBy(merge: MergeSegments, update: IndexUpdate): Promise<SearchIndex> {
    return this.#updated(update, await mergeBy(updatedSegments(this.#segments, update), merge));
  }

  #updated(update: IndexUpdate, segments: readonly Segment[]): SearchIndex {
    const metadata = update.metadata ?? this.metadata;
    const revision = revisionAfter(this.revision, update, metadata);
    const replaced = new Set((update.documents ?? []).map(({ id }) => id));
    const vectors = carryVectors(this.vectors, this.#segments, segments, replaced);
    return new SearchIndex(revision, metadata, segments, vectors);
  }

  /**
   * The index with vectors for some of its documents, in the place of any that they had.
   *
   * @param ids of the documents, in the order of their vectors.
   * @param vectors what `VectorsBuilder.finish` gave.
   * @throws RangeError when the index has vectors of another model or dimension, DocportError
   * ERR_INDEX_CORRUPT when the bytes are not vectors of so many documents.
   */
  withVectors(ids: readonly string[], vectors: Uint8Array): SearchIndex {
    const added = decodeVectors(vectors, ids.length);
    const store = addVectors(this.vectors, this.#segments, ids, added);
    return new SearchIndex(this.revision, this.metadata, this.#segments, store);
  }

  /**
   * An index of its own of everything but some groups, as if they had never been added: neither its
   * statistics nor its bytes have anything of them. The work grows with the whole index.
   *
   * @param merge does most of it. Default: here and now.
   */
  async without(
    groups: readonly string[],
    metadata: Uint8Array,
    merge: MergeSegments = mergeSegments,
  ): Promise<SearchIndex> {
    const revision = revisionAfter(this.revision, { remove: groups }, metadata);
    const segments = await mergeBy(segmentsWithout(this.#segments, groups), merge);
    const vectors = carryVectors(this.vectors, this.#segments, segments);
    return new SearchIndex(revision, metadata, segments, vectors);
  }

  /** What its parts take, which is the size of the file but for names and checksums. */
  get sizeBytes(): number {
    const vectorBytes = this.vectors
      ? this.vectors.components.byteLength + this.vectors.scales.byteLength
      : 0;
    const parts = this.#segments.flatMap(({ raw }) => Array.from(raw, ([, bytes]) => bytes));
    return parts.reduce(
      (sum, { byteLength }) => sum + byteLength,
      this.metadata.byteLength + vectorBytes,
    );
  }

  /** The whole file, for {@link SearchIndex.open}. */
  toBytes(): Uint8Array {
    if (this.#bytes) return this.#bytes;
    // Not kept: what was updated has its parts in memory already.
    return writeSections([
      { part: 0, kind: METADATA_SECTION, content: contentOf(this.metadata) },
      { part: 0, kind: REVISION_SECTION, content: contentOf(encodeUtf8(this.revision)) },
      ...(this.vectors
        ? [{ part: 0, kind: VECTORS_SECTION, content: contentOf(encodeVectors(this.vectors)) }]
        : []),
      ...this.#segments.flatMap(({ raw }, index) =>
        Array.from(raw, ([kind, bytes]) => ({ part: index + 1, kind, content: contentOf(bytes) })),
      ),
    ]);
  }

  /**
   * The best documents for a query, the best first. Any string is a query; one without a word that
   * can be searched has no hits. Throws RangeError for options out of range.
   */
  search(query: string, options: SearchOptions = {}): SearchResult {
    return this.#searcher.search(query, options);
  }

  /**
   * A scan for the documents nearest in meaning to a query's vector, for {@link searchFused};
   * undefined without vectors. Throws RangeError for a vector of another dimension.
   */
  scanNearest(vector: ArrayLike<number>, options: SearchOptions = {}): NearestScan | undefined {
    if (!this.vectors) return undefined;
    const accepts = this.#searcher.filterOf(options);
    return new NearestScan(this.vectors, vector, MAX_NEAREST, accepts);
  }

  /**
   * As {@link search}, with the documents nearest in meaning fused into the ranking by reciprocal
   * rank. A document that the query names letter by letter stays first. Confidence is of the words.
   */
  searchFused(
    query: string,
    nearest: readonly Nearest[],
    options: SearchOptions = {},
  ): SearchResult {
    return this.#searcher.search(query, options, nearest);
  }

  /** `IndexDocument.stored` of the document with this id, as a view of the file. */
  storedDocument(id: string): Uint8Array | undefined {
    for (const segment of this.#segments) {
      const document = segment.documentIds.find(id);
      if (document >= 0 && !isDeleted(segment, document))
        return segment.documentStored.view(document);
    }
    return undefined;
  }

  /** `IndexGroup.stored` of the group with this id, as a view of the file. */
  storedGroup(id: string): Uint8Array | undefined {
    this.#storedGroups ??= new Map(
      this.#segments.flatMap((segment) =>
        storedPlaces(segment).map((place) => [
          segment.groupIds.text(segment.storedGroups[place]!),
          segment.groupStored.view(place),
        ]),
      ),
    );
    return this.#storedGroups.get(id);
  }

  /** Ids of the groups that were given bytes, in the order in which they were added. */
  groupIds(): readonly string[] {
    return this.#segments.flatMap((segment) =>
      storedPlaces(segment).map((place) => segment.groupIds.text(segment.storedGroups[place]!)),
    );
  }
}

/** The places of a segment's stored groups that are not deleted. */
function storedPlaces(segment: Segment): number[] {
  return Array.from(segment.storedGroups.keys()).filter(
    (place) => !isGroupDeleted(segment, segment.storedGroups[place]!),
  );
}

/** Tells updated indexes apart as the checksum tells files apart. */
function revisionAfter(revision: string, update: IndexUpdate, metadata: Uint8Array): string {
  const text = JSON.stringify([
    revision,
    update.remove ?? [],
    (update.documents ?? []).map(({ stored, ...fields }) => [fields, hexOf(stored)]),
    (update.groups ?? []).map(({ id, stored }) => [id, hexOf(stored)]),
    hexOf(metadata),
  ]);
  return hexOf(encodeUtf8(text));
}

/** The checksum of any bytes in hex. */
function hexOf(bytes: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil((bytes.length + 1) / 16) * 16);
  padded.set(bytes);
  // So that trailing zeros count.
  padded[bytes.length] = 1;
  return checksumText(checksumOf(new Int32Array(padded.buffer)));
}
