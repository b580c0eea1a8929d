import { parentPort } from "node:worker_threads";
import { segmentOf } from "../search/file/segment.ts";
import { mergedSegmentBytes } from "../search/merge-segments.ts";
import type { MergeMessage } from "./merge-thread.ts";

/*
 * The other end of `mergeElsewhere`: gathers the sections of segments, merges them and gives the
 * bytes.
 */

const segments: Map<number, Uint8Array>[] = [];

parentPort?.on("message", (message: MergeMessage) => {
  if (message.kind === "section") {
    const { segment, section, bytes } = message;
    const sections = (segments[segment] ??= new Map());
    sections.set(section, bytes);
    return;
  }
  const merged = mergedSegmentBytes(segments.map(segmentOf));
  const { buffer } = merged;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
  parentPort?.postMessage(merged, buffer instanceof ArrayBuffer ? [buffer] : []);
});
