import { SegmentBuilder, type SegmentBuilderOptions } from "./build/segment-builder.ts";
import { bytesOf, contentOf, layOutSections, type SectionContent } from "./file/sections.ts";
import { METADATA_SECTION, segmentSections, VECTORS_SECTION } from "./file/segment-sections.ts";
import type { IndexDocument, IndexGroup } from "./index-document.ts";

/** An index file that is made while it is read. */
export type IndexFile = SectionContent;

/**
 * Builds an index file from documents, one after another. Memory grows with the finished file (about
 * twice its size at the end), not with the text; with a scratch it grows with the distinct spellings
 * and, by some 100 bytes each, with the documents. One builder makes one file.
 */
export class IndexBuilder {
  readonly #segment: SegmentBuilder;

  constructor(options: SegmentBuilderOptions = {}) {
    this.#segment = new SegmentBuilder(options);
  }

  /** Documents added so far. */
  get documentCount(): number {
    return this.#segment.documentCount;
  }

  /** Throws RangeError when a document with this id was added before. */
  add(document: IndexDocument): void {
    this.#segment.add(document);
  }

  /** Throws RangeError when a group with this id was added before. */
  addGroup(group: IndexGroup): void {
    this.#segment.addGroup(group);
  }

  /**
   * The whole file, versioned and checksummed; equal for equal documents in equal order.
   * Throws DocportError ERR_INDEX_LIMIT when it would be over 4 GiB.
   *
   * @param metadata opaque bytes that come back as `SearchIndex.metadata`.
   * @param vectors what `VectorsBuilder.finish` gave, with a vector for each document in its order.
   */
  finish(metadata: Uint8Array, vectors?: Uint8Array): Uint8Array {
    return bytesOf(this.finishFile(contentOf(metadata), vectors));
  }

  /** As {@link finish}, for who writes the file piece by piece and never holds it. */
  finishFile(metadata: SectionContent, vectors?: Uint8Array): IndexFile {
    return layOutSections([
      { part: 0, kind: METADATA_SECTION, content: metadata },
      ...(vectors ? [{ part: 0, kind: VECTORS_SECTION, content: contentOf(vectors) }] : []),
      ...segmentSections(1, this.#segment.finish()),
    ]);
  }
}
