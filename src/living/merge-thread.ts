import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createBreather } from "../lib/breathe.ts";
import { ownModule } from "../lib/own-file.ts";
import type { Segment } from "../search/file/segment.ts";
import { mergeSegments, openMergedSegment } from "../search/merge-segments.ts";

/** What a thread is told: the sections of segments one by one, and that these were all. */
export type MergeMessage =
  | {
      readonly kind: "section";
      /** Number of the segment. */
      readonly segment: number;
      readonly section: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: "merge" };

export interface MergeThreadOptions {
  /** Segments of fewer bytes together are merged at once. Default 1 MiB, some 30 ms of work. */
  readonly minBytes?: number;
  /** Told why a thread could not do it; the merge is then done here. */
  readonly onFailure?: (error: unknown) => void;
  /** Options of Node for the thread. Default: those of the process. */
  readonly execArgv?: readonly string[];
}

const MIN_BYTES = 1024 * 1024;

/**
 * Merges segments in a thread of its own, because large ones take seconds, for which nobody would
 * be answered. The sections are copied one by one, with a turn for others between them; the thread
 * ends with its merge, and gives its memory back.
 */
export async function mergeElsewhere(
  segments: readonly Segment[],
  { minBytes = MIN_BYTES, onFailure, execArgv }: MergeThreadOptions = {},
): Promise<Segment> {
  if (sizeOf(segments) < minBytes) return mergeSegments(segments);
  try {
    return openMergedSegment(await mergeInThread(segments, execArgv));
  } catch (error) {
    onFailure?.(error);
    return mergeSegments(segments);
  }
}

async function mergeInThread(
  segments: readonly Segment[],
  execArgv: readonly string[] | undefined,
): Promise<Uint8Array> {
  const worker = new Worker(ownModule("living/merge-worker"), {
    ...(execArgv && { execArgv: [...execArgv] }),
  });
  // An error of the thread rejects this; it is listened for before anything is sent.
  const merged = once(worker, "message");
  merged.catch(() => {});
  const ended = once(worker, "exit").then(([code]) => {
    throw new Error(`the thread that merges ended with ${code}`);
  });
  ended.catch(() => {});
  try {
    const send = (message: MergeMessage, moved: readonly ArrayBuffer[] = []): void =>
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
      worker.postMessage(message, [...moved]);
    const breathe = createBreather();
    for (const [segment, { raw }] of segments.entries()) {
      for (const [section, view] of raw) {
        // A copy: what is moved away would be missing here.
        const bytes = Uint8Array.from(view);
        send({ kind: "section", segment, section, bytes }, [bytes.buffer]);
        await breathe();
      }
    }
    send({ kind: "merge" });
    const [bytes]: unknown[] = await Promise.race([merged, ended]);
    if (bytes instanceof Uint8Array) return bytes;
    throw new TypeError("the thread that merges gave no bytes");
  } finally {
    await worker.terminate();
  }
}

function sizeOf(segments: readonly Segment[]): number {
  let bytes = 0;
  for (const { raw } of segments) for (const section of raw.values()) bytes += section.byteLength;
  return bytes;
}
