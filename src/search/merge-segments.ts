import { SegmentBuilder } from "./build/segment-builder.ts";
import { openSections, writeSections } from "./file/sections.ts";
import { openSegment, type Segment } from "./file/segment.ts";
import { segmentSections } from "./file/segment-sections.ts";
import type { SegmentSteps } from "./updated-segments.ts";

/** Writes segments into one without what is deleted. The work grows with all that they hold. */
export type MergeSegments = (segments: readonly Segment[]) => Segment | Promise<Segment>;

/** The bytes of a file that holds the merged segment alone, for {@link openMergedSegment}. */
export function mergedSegmentBytes(segments: readonly Segment[]): Uint8Array {
  const builder = new SegmentBuilder();
  for (const segment of segments) builder.addSegment(segment);
  return writeSections(segmentSections(1, builder.finish()));
}

/** Through the file's form, so that there is one way to read a segment. */
export function openMergedSegment(bytes: Uint8Array): Segment {
  return openSegment(openSections(bytes), 1);
}

/** Merges here and now. */
export function mergeSegments(segments: readonly Segment[]): Segment {
  return openMergedSegment(mergedSegmentBytes(segments));
}

/** Takes all steps at once. */
export function mergeNow(steps: SegmentSteps): readonly Segment[] {
  let step = steps.next();
  while (!step.done) step = steps.next(mergeSegments(step.value));
  return step.value;
}

/** Takes each step by `merge`, and waits for it. */
export async function mergeBy(
  steps: SegmentSteps,
  merge: MergeSegments,
): Promise<readonly Segment[]> {
  let step = steps.next();
  while (!step.done) step = steps.next(await merge(step.value));
  return step.value;
}
