/** Time as a seam: tests pass a fake one, and a year passes in milliseconds. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds; rejects with `signal.reason` when aborted first.
   * Throws RangeError above {@link MAX_SLEEP_MS}: long waits are ticks.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The longest delay that `setTimeout` keeps (2^31 - 1 ms, 24.8 days). A longer one overflows and
 * fires at once, which would turn a wait of months into a busy loop.
 */
export const MAX_SLEEP_MS: number = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(ms, signal) {
    if (!(ms <= MAX_SLEEP_MS)) {
      return Promise.reject(new RangeError(`sleep: at most ${MAX_SLEEP_MS} ms, got ${ms}`));
    }
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
        Math.max(0, ms),
      );
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
};
