import { SegmentBuilder } from "./build/segment-builder.ts";
import { writeSections } from "./file/sections.ts";
import { isDeleted, isGroupDeleted, type Segment, withDeletions } from "./file/segment.ts";
import { segmentSections } from "./file/segment-sections.ts";
import type { IndexDocument, IndexGroup } from "./index-document.ts";
import { openMergedSegment } from "./merge-segments.ts";

/** What becomes of an index. A group that changed is removed and added in one update. */
export interface IndexUpdate {
  /** Ids of groups that go, with all their documents; those that are not there are ignored. */
  readonly remove?: readonly string[];
  /** Documents that come, as for `IndexBuilder.add`. */
  readonly documents?: readonly IndexDocument[];
  /** Groups that come, as for `IndexBuilder.addGroup`. */
  readonly groups?: readonly IndexGroup[];
  /** Takes the place of the metadata; without it they stay. */
  readonly metadata?: Uint8Array;
}

/** A segment is merged with the one before it unless that is more than so many times as large. */
const MERGE_RATIO = 2;
/** A segment of which more than this share is deleted is written anew. */
const MAX_DELETED_SHARE = 0.5;

/** Asks for segments to be written into one, one merge after another; gives the segments of an index. */
export type SegmentSteps = Generator<readonly Segment[], readonly Segment[], Segment>;

/**
 * The segments of an updated index. Segments without a removed group stay what they are; what is
 * added is a segment of its own, and small segments are merged so that there are never many: each
 * document is copied a number of times that grows with the logarithm of the index.
 */
export function* updatedSegments(segments: readonly Segment[], update: IndexUpdate): SegmentSteps {
  const updated = segments.map((segment) => withoutGroups(segment, update.remove ?? []));
  refuseDuplicates(updated, update);
  const builder = new SegmentBuilder();
  for (const document of update.documents ?? []) builder.add(document);
  for (const group of update.groups ?? []) builder.addGroup(group);
  const added = finishSegment(builder);
  return yield* mergeSmall([...updated, added]);
}

/**
 * The segments without some groups, written anew where one of those was: no term, name or number of
 * a removed group is left in them, unlike in {@link updatedSegments}, which only marks it deleted.
 */
export function* segmentsWithout(
  segments: readonly Segment[],
  ids: readonly string[],
): SegmentSteps {
  const left: Segment[] = [];
  for (const segment of segments) {
    const rest = withoutGroups(segment, ids);
    if (!rest.deletedGroups && !rest.deletedDocuments) left.push(rest);
    else if (aliveCount(rest) > 0 || aliveGroups(rest) > 0) left.push(yield [rest]);
  }
  return left;
}

function withoutGroups(segment: Segment, ids: readonly string[]): Segment {
  const numbers = ids
    .map((id) => segment.groupIds.find(id))
    .filter((group) => group >= 0 && !isGroupDeleted(segment, group));
  if (numbers.length === 0) return segment;
  const groups = segment.deletedGroups?.slice() ?? bitsFor(segment.groupIds.length);
  for (const group of numbers) setBit(groups, group);
  const removed = new Set(numbers);
  const documents = segment.deletedDocuments?.slice() ?? bitsFor(segment.documentCount);
  const { documentGroups } = segment;
  for (let document = 0; document < documentGroups.length; document++) {
    if (removed.has(documentGroups[document]!)) setBit(documents, document);
  }
  return withDeletions(segment, documents, groups);
}

/** An id or a group must be in one place only: groups are never spread over segments. */
function refuseDuplicates(segments: readonly Segment[], update: IndexUpdate): void {
  const groups = new Set([
    ...(update.documents ?? []).map(({ group }) => group),
    ...(update.groups ?? []).map(({ id }) => id),
  ]);
  for (const segment of segments) {
    for (const id of groups) {
      const group = segment.groupIds.find(id);
      if (group >= 0 && !isGroupDeleted(segment, group)) {
        throw new RangeError(`update: group "${id}" is in the index; remove it in the same update`);
      }
    }
    for (const { id } of update.documents ?? []) {
      const document = segment.documentIds.find(id);
      if (document >= 0 && !isDeleted(segment, document)) {
        throw new RangeError(`update: document "${id}" is in the index, in another group`);
      }
    }
  }
}

function* mergeSmall(segments: readonly Segment[]): SegmentSteps {
  const merged: Segment[] = [];
  for (const segment of segments) {
    const alive = aliveCount(segment);
    if (alive === 0 && aliveGroups(segment) === 0) continue;
    const isSparse = alive < segment.documentCount * (1 - MAX_DELETED_SHARE);
    merged.push(isSparse ? yield [segment] : segment);
    for (;;) {
      const [before, last] = merged.slice(-2);
      if (!before || !last || aliveCount(before) > MERGE_RATIO * aliveCount(last)) break;
      merged.splice(-2, 2, yield [before, last]);
    }
  }
  return merged;
}

/** Through the file's form, so that there is one way to read a segment. */
function finishSegment(builder: SegmentBuilder): Segment {
  return openMergedSegment(writeSections(segmentSections(1, builder.finish())));
}

function aliveCount(segment: Segment): number {
  return segment.documentCount - countBits(segment.deletedDocuments);
}

function aliveGroups(segment: Segment): number {
  return segment.groupIds.length - countBits(segment.deletedGroups);
}

function bitsFor(count: number): Uint8Array {
  return new Uint8Array(Math.ceil(count / 8));
}

function setBit(bits: Uint8Array, place: number): void {
  bits[place >>> 3]! |= 1 << (place & 7);
}

function countBits(bits: Uint8Array | undefined): number {
  let count = 0;
  for (const byte of bits ?? []) for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
