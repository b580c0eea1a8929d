/** The CA's suggestion of RFC 9773 §4.2. Epoch milliseconds, [start, end). */
export interface RenewalWindow {
  readonly start: number;
  readonly end: number;
}

/** A window together with the instant that we drew in it, once. */
export interface PlannedRenewal extends RenewalWindow {
  readonly renewAt: number;
}

/** The last part of the window is kept free, so that a failed renewal can be retried inside it. */
const KEPT_FOR_RETRIES = 0.2;
/** A window that is over means "now"; the jitter keeps a revoked million from coming at once. */
const OVERDUE_JITTER_MS = 5 * 60_000;
const MIN_EPOCH_MS = Date.UTC(2000, 0, 1);
const MAX_EPOCH_MS = Date.UTC(2200, 0, 1);

/** Whether a window can be meant: finite, in our times, and not empty. RFC 9773 §4.2. */
export function isUsableWindow({ start, end }: RenewalWindow): boolean {
  return start >= MIN_EPOCH_MS && end <= MAX_EPOCH_MS && start < end;
}

/** Whether a renewal at `now` counts as suggested by the CA, and so costs none of its limits. */
export function isInsideWindow(window: RenewalWindow, now: number): boolean {
  return window.start <= now && now < window.end;
}

/**
 * Draws the instant of renewal, or keeps the one that was drawn before while the window still
 * holds it: asking four times a day must not move the lot each time. A window that is over gives
 * an instant within five minutes; an unusable one is no news, and the plan stays as it was.
 */
export function planRenewal(
  window: RenewalWindow,
  previous: PlannedRenewal | undefined,
  now: number,
  random: () => number,
): PlannedRenewal | undefined {
  if (!isUsableWindow(window)) return previous;
  const { start, end } = window;
  if (previous) {
    if (previous.start === start && previous.end === end) return previous;
    if (isInsideWindow(window, previous.renewAt)) return { start, end, renewAt: previous.renewAt };
  }
  if (end <= now) return { start, end, renewAt: now + random() * OVERDUE_JITTER_MS };
  const latest = end - (end - start) * KEPT_FOR_RETRIES;
  const earliest = Math.max(start, Math.min(now, latest));
  return { start, end, renewAt: Math.floor(earliest + random() * (latest - earliest)) };
}
