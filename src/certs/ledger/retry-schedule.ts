const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Let's Encrypt's integration guide: one minute, ten, a hundred, then daily. */
const STEPS_MS: readonly number[] = [MINUTE, 10 * MINUTE, 100 * MINUTE];

/** No CA's published limit asks for more than a week; a longer Retry-After is a mistake. */
export const MAX_RETRY_AFTER_MS: number = 7 * DAY;

/** From here on a CA that always says "in a minute" is asked by our schedule, not by its word. */
const TRUSTED_RETRY_AFTERS = 10;

export interface Failure {
  /** How many attempts have failed in a row, this one included. */
  readonly count: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** What the CA asked for, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** Epoch milliseconds at which the certificate in use expires, if there is one. */
  readonly expiresAt?: number;
  /** The CA's renewal window, when we are renewing inside it. Epoch milliseconds. */
  readonly window?: { readonly start: number; readonly end: number };
  /** 0 to 1. */
  readonly random: () => number;
}

/**
 * When to try again after a failure. The CA's Retry-After is kept to the millisecond; otherwise
 * 1, 10, 100 minutes, then daily, up to a fifth longer so that a fleet does not come at once;
 * sooner when little life is left, and inside the renewal window where that is possible.
 */
export function retryInstant(failure: Failure): number {
  const { count, now, retryAfterMs } = failure;
  const scheduled = Math.ceil(now + scheduledWaitMs(failure));
  if (retryAfterMs !== undefined && retryAfterMs > 0) {
    const asked = now + Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
    const isTrusted = count <= TRUSTED_RETRY_AFTERS && retryAfterMs >= MINUTE;
    return isTrusted ? asked : Math.max(asked, scheduled);
  }
  return insideWindow(failure, scheduled);
}

function scheduledWaitMs({ count, now, expiresAt, random }: Failure): number {
  const step = STEPS_MS[count - 1];
  const stretch = 1 + random() / 5;
  if (step !== undefined) return step * stretch;
  // A certificate of six days would expire while we wait for tomorrow.
  const lifeLeftMs = (expiresAt ?? 0) - now;
  const most = lifeLeftMs > 0 ? Math.max(100 * MINUTE, lifeLeftMs / 8) : DAY;
  return Math.min(DAY, most) * stretch;
}

/**
 * Pulls a retry that would miss the window's end back into it; but not before the wait that came
 * before it in the schedule, or many small ones would fill the window's end.
 */
function insideWindow({ count, now, window, random }: Failure, scheduled: number): number {
  if (!window || now < window.start || now >= window.end || scheduled < window.end) {
    return scheduled;
  }
  const pulled = Math.floor(now + (window.end - now) * (0.5 + 0.4 * random()));
  const leastMs = STEPS_MS[Math.min(count, STEPS_MS.length + 1) - 2] ?? MINUTE;
  return pulled - now >= leastMs ? pulled : scheduled;
}
