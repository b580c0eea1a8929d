import type { RequestHead } from "./request-head.ts";
import { RequestNotes } from "./request-notes.ts";
import type { RequestObserver } from "./request-observer.ts";

/** One request on its way to an answer, as it is told of to whoever watches. */
export interface Observation {
  readonly notes: RequestNotes;
  /** Tells of the answer, once. */
  end(status: number): void;
}

export interface ObserveOptions {
  /** Nobody watches: no clock is read. */
  readonly observer: RequestObserver | undefined;
  /** A proxy of the owner's stands before the server, and its ids are taken. */
  readonly trustsIds: boolean;
}

/** Begins to observe a request. */
export function observeRequest(
  head: RequestHead,
  { observer, trustsIds }: ObserveOptions,
): Observation {
  const notes = new RequestNotes((name) => head.headers.get(name), trustsIds);
  if (!observer) return { notes, end() {} };
  const startedAt = performance.now();
  return {
    notes,
    end(status) {
      const { route, tool } = notes;
      const durationMs = performance.now() - startedAt;
      observer.onAnswered({ route, method: head.method, tool, status, durationMs }, notes);
    },
  };
}
