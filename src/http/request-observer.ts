import type { RequestNotes } from "./request-notes.ts";

/** What is told of a request when its answer is ready; of a stream, when it begins. */
export interface AnsweredRequest {
  /** Its route, from a fixed list: a path, `page`, `other` for none, `refused` before it was routed. */
  readonly route: string;
  readonly method: string;
  /** The tool that it called: a known name, `unknown`, or undefined when it called none. */
  readonly tool: string | undefined;
  readonly status: number;
  readonly durationMs: number;
}

/**
 * Told of every request. It runs on the way of each answer, so it must be quick and must not throw.
 * Ids and trace are worked out when `notes` is asked for them, and not before.
 */
export interface RequestObserver {
  onAnswered(answer: AnsweredRequest, notes: RequestNotes): void;
}
