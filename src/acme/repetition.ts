import type { Clock } from "../lib/clock.ts";
import { DocportError, systemCodeOf } from "../lib/errors.ts";
import { AcmeProblem } from "./problem.ts";

const MAX_REPEATS = 3;
const FIRST_PAUSE_MS = 250;
/** A Retry-After up to here is sat out in the call; what is longer is the caller's to plan. */
const MAX_INLINE_RETRY_AFTER_MS = 10_000;

export interface RepetitionOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** Whether a second request does no harm even if the first one was obeyed. */
  readonly mayRepeat: boolean;
}

/** Tries again after network failures and 5xx, up to three times with growing pauses. */
export async function repeatOnFailure<T>(
  options: RepetitionOptions,
  run: () => Promise<T>,
): Promise<T> {
  for (let repeats = 0; ; repeats++) {
    try {
      return await run();
    } catch (error) {
      const canHelp = options.mayRepeat ? isTransient(error) : isUndelivered(error);
      if (!canHelp || repeats >= MAX_REPEATS) throw error;
      const asked = error instanceof AcmeProblem ? (error.retryAfterMs ?? 0) : 0;
      if (asked > MAX_INLINE_RETRY_AFTER_MS) throw error;
      await options.clock.sleep(Math.max(asked, FIRST_PAUSE_MS * 4 ** repeats), options.signal);
    }
  }
}

/** A failure that the next try may not have: no reply, or the CA's own trouble. */
export function isTransient(error: unknown): boolean {
  if (error instanceof AcmeProblem) return (error.status ?? 0) >= 500;
  return (
    error instanceof DocportError &&
    (error.code === "ERR_ACME_NETWORK" || error.code === "ERR_ACME_TIMEOUT")
  );
}

/**
 * Whether the CA may have done what it was asked although no proper reply came: the reply was lost,
 * late, or somebody else's. The way to find out is to ask for the thing itself.
 */
export function isOutcomeUnknown(error: unknown): boolean {
  return (
    isTransient(error) || (error instanceof DocportError && error.code === "ERR_ACME_PROTOCOL")
  );
}

/** System errors that come before a connection stands: the request cannot have arrived. */
const UNDELIVERED: readonly string[] = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
];

function isUndelivered(error: unknown): boolean {
  return (
    error instanceof DocportError &&
    error.code === "ERR_ACME_NETWORK" &&
    UNDELIVERED.includes(systemCodeOf(error.cause) ?? "")
  );
}
