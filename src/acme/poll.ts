import type { Clock } from "../lib/clock.ts";
import { AcmeTimeout } from "./deadline.ts";
import { AcmeProblem } from "./problem.ts";
import { isTransient } from "./repetition.ts";

export interface PollOptions {
  /** Gives up after this long. Default three minutes. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A state as the CA gave it, and when it wants to be asked again. */
export interface Polled<T> {
  readonly state: T;
  readonly retryAfterMs: number | undefined;
}

export interface PollPlan<T> extends PollOptions {
  readonly clock: Clock;
  /** What is waited for, for messages: "the validation of docs.example.com". */
  readonly action: string;
  /** The wait before the first question, when the CA names none. */
  readonly firstDelayMs: number;
  /** The state so far; nothing is asked when it is done already. */
  readonly last: Polled<T>;
  readonly ask: (signal: AbortSignal | undefined) => Promise<Polled<T>>;
  readonly isDone: (state: T) => boolean;
}

const DEFAULT_TIMEOUT_MS = 180_000;
const MIN_DELAY_MS = 50;
const MAX_DELAY_MS = 5000;

/**
 * Asks until it is done (RFC 8555 §7.5.1): at the pace the CA's Retry-After sets, else with growing
 * pauses. Trouble of the CA is waited out; a wait that would end after the deadline is not begun.
 */
export async function pollUntilDone<T>(plan: PollPlan<T>): Promise<T> {
  const { clock, signal, isDone } = plan;
  const end = clock.now() + (plan.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  let { state, retryAfterMs } = plan.last;
  for (let delay = clamp(plan.firstDelayMs); !isDone(state); delay = clamp(delay * 2)) {
    // "At once" and dates in the past are asked for by mistake.
    const wait = retryAfterMs ? Math.max(retryAfterMs, MIN_DELAY_MS) : delay;
    if (clock.now() + wait > end) {
      throw new AcmeTimeout(`The CA did not finish ${plan.action} in time`, retryAfterMs);
    }
    await clock.sleep(wait, signal);
    try {
      ({ state, retryAfterMs } = await plan.ask(signal));
    } catch (error) {
      if (!isPassing(error)) throw error;
      retryAfterMs = error instanceof AcmeProblem ? error.retryAfterMs : undefined;
    }
  }
  return state;
}

function clamp(delayMs: number): number {
  return Math.min(MAX_DELAY_MS, Math.max(MIN_DELAY_MS, delayMs));
}

function isPassing(error: unknown): boolean {
  return isTransient(error) || (error instanceof AcmeProblem && error.status === 429);
}
