import type { Clock } from "../../../src/lib/clock.ts";

/** Waits from this on are time-outs, which do not pass by themselves. */
export const TIMEOUT_MS: number = 10_000_000;

/** A clock for work over real sockets: pauses are over at once, and time-outs come when told to. */
export class HurryingClock implements Clock {
  /** The pauses that were made, in milliseconds. */
  readonly pauses: number[] = [];
  #now: number;
  readonly #timeouts = new Set<() => void>();

  constructor(now: number = Date.UTC(2026, 10, 22)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (ms < TIMEOUT_MS) {
      this.pauses.push(ms);
      this.#now += ms;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      this.#timeouts.add(resolve);
      signal?.addEventListener("abort", () => {
        this.#timeouts.delete(resolve);
        reject(signal.reason);
      });
    });
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  /** All that waits for a time-out has it now. */
  timeOut(): void {
    for (const wake of this.#timeouts) wake();
    this.#timeouts.clear();
  }
}
