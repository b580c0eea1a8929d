import { corrupt, openSections } from "./file/sections.ts";
import { openSegment, type Segment } from "./file/segment.ts";
import { METADATA_SECTION } from "./file/segment-sections.ts";
import type { SearchOptions, SearchResult } from "./search-options.ts";
import { Searcher } from "./searcher.ts";

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
  readonly #segments: readonly Segment[];
  readonly #searcher: Searcher;

  /** Use {@link SearchIndex.open}. */
  constructor(revision: string, metadata: Uint8Array, segments: readonly Segment[]) {
    this.revision = revision;
    this.metadata = metadata;
    this.#segments = segments;
    this.#searcher = new Searcher(segments);
    this.documentCount = this.#searcher.documentCount;
    this.groupCount = segments.reduce((sum, { storedGroups }) => sum + storedGroups.length, 0);
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
    return new SearchIndex(file.revision, metadata, segments);
  }

  /**
   * The best documents for a query, the best first. Any string is a query; one without a word that
   * can be searched has no hits. Throws RangeError for options out of range.
   */
  search(query: string, options: SearchOptions = {}): SearchResult {
    return this.#searcher.search(query, options);
  }

  /** `IndexDocument.stored` of the document with this id, as a view of the file. */
  storedDocument(id: string): Uint8Array | undefined {
    for (const segment of this.#segments) {
      const document = segment.documentIds.find(id);
      if (document >= 0) return segment.documentStored.view(document);
    }
    return undefined;
  }

  /** `IndexGroup.stored` of the group with this id, as a view of the file. */
  storedGroup(id: string): Uint8Array | undefined {
    for (const segment of this.#segments) {
      const place = segment.storedGroups.indexOf(segment.groupIds.find(id));
      if (place >= 0) return segment.groupStored.view(place);
    }
    return undefined;
  }

  /** Ids of the groups that were given bytes, in the order in which they were added. */
  groupIds(): readonly string[] {
    return this.#segments.flatMap((segment) =>
      Array.from(segment.storedGroups, (group) => segment.groupIds.text(group)),
    );
  }
}
