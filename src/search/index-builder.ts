import { SegmentBuilder } from "./build/segment-builder.ts";
import { contentOf, writeSections } from "./file/sections.ts";
import { METADATA_SECTION, segmentSections, VECTORS_SECTION } from "./file/segment-sections.ts";
import type { IndexDocument, IndexGroup } from "./index-document.ts";

/**
 * Builds an index file from documents, one after another. Memory grows with the finished file (about
 * twice its size at the end), not with the text. One builder makes one file.
 */
export class IndexBuilder {
  readonly #segment = new SegmentBuilder();

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
    return writeSections([
      { part: 0, kind: METADATA_SECTION, content: contentOf(metadata) },
      ...(vectors ? [{ part: 0, kind: VECTORS_SECTION, content: contentOf(vectors) }] : []),
      ...segmentSections(1, this.#segment.finish()),
    ]);
  }
}
