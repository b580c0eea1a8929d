import { type Clock, MAX_SLEEP_MS } from "../lib/clock.ts";
import { DocportError } from "../lib/errors.ts";

/** The CA did not come to an end in time. Code ERR_ACME_TIMEOUT. */
export class AcmeTimeout extends DocportError {
  override readonly name: string = "AcmeTimeout";
  /** When the CA itself asked to come back later than the deadline: the wait it asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super("ERR_ACME_TIMEOUT", message, {
      hint: "Try again later; an order that was placed goes on and can be asked for again.",
    });
    this.retryAfterMs = retryAfterMs;
  }
}

export interface Deadline {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** What took too long, for the message: "newOrder". */
  readonly action: string;
}

/**
 * Runs something under a signal that is aborted by the caller's or after `timeoutMs`. It settles then
 * even if `run` does not heed the signal. A caller's abort rejects with the caller's reason.
 */
export async function withDeadline<T>(
  deadline: Deadline,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, signal, action } = deadline;
  signal?.throwIfAborted();
  const timeoutMs = Math.min(deadline.timeoutMs, MAX_SLEEP_MS);
  const work = new AbortController();
  const timer = new AbortController();
  const onAbort = (): void => work.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  clock.sleep(timeoutMs, timer.signal).then(
    () => work.abort(new AcmeTimeout(`The CA did not finish ${action} in ${timeoutMs / 1000} s`)),
    () => {}, // The work was faster.
  );
  try {
    return await Promise.race([run(work.signal), whenAborted(work.signal)]);
  } finally {
    timer.abort();
    signal?.removeEventListener("abort", onAbort);
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
