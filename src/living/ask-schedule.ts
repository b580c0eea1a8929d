/** First wait after a failure; it doubles with each one that follows. */
const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 3_600_000;
/** Share of a wait that is left to chance, so that servers started together part. */
const JITTER = 0.2;

export interface AskScheduleOptions {
  /** Pause between two questions that were answered; undefined: none is asked unbidden. */
  readonly everyMs: number | undefined;
  /** Failures since the last success. */
  readonly failures: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * How long to wait before a source is asked again: its pause, less or more by a tenth, or after
 * failures a wait that doubles from 30 seconds to an hour. Undefined when it is not asked unbidden.
 */
export function nextAskInMs({ everyMs, failures, random }: AskScheduleOptions): number | undefined {
  if (failures === 0 && everyMs === undefined) return undefined;
  const pauseMs =
    failures === 0
      ? (everyMs ?? 0)
      : Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(30, failures - 1));
  return pauseMs * (1 - JITTER / 2 + JITTER * random());
}
