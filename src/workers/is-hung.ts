import type { Clock } from "../lib/clock.ts";

export interface HungOptions {
  readonly clock: Clock;
  /** The process has ended, or is not watched any more. */
  readonly signal: AbortSignal;
}

/** Between two questions, and the longest that an answer may take. */
const PAUSE_MS = 5_000;
/** A machine that was suspended, or is short of time, misses one. */
const MOST_MISSED = 3;

/**
 * Asks a process for a sign of life again and again. Resolves with true when it has given none for
 * half a minute, with false when it is watched no more. Never rejects.
 */
export async function isHung(
  ask: () => Promise<unknown>,
  { clock, signal }: HungOptions,
): Promise<boolean> {
  for (let missed = 0; missed < MOST_MISSED; ) {
    await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    if (signal.aborted) return false;
    missed = (await answersInTime(ask, { clock, signal })) ? 0 : missed + 1;
  }
  return !signal.aborted;
}

async function answersInTime(
  ask: () => Promise<unknown>,
  { clock, signal }: HungOptions,
): Promise<boolean> {
  const answered = new AbortController();
  // One that refuses to answer, or has just ended, does not hang.
  const answer = ask().then(
    () => true,
    () => true,
  );
  const over = clock.sleep(PAUSE_MS, AbortSignal.any([signal, answered.signal])).then(
    () => false,
    () => true,
  );
  const isInTime = await Promise.race([answer, over]);
  answered.abort();
  return isInTime;
}
