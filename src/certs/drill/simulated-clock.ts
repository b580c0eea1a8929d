import type { Clock } from "../../lib/clock.ts";

interface Sleeper {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that moves only when it is told to: a year passes in seconds, in the same way each time. */
export class SimulatedClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  /** Starts at `now` (epoch ms). */
  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** How many are asleep. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** When the next sleeper wakes (epoch ms). */
  get nextWakeAt(): number | undefined {
    return this.#sleepers.length === 0
      ? undefined
      : Math.min(...this.#sleepers.map(({ at }) => at));
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const sleeper: Sleeper = { at: this.#now + Math.max(0, ms), wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Moves time forward, waking each sleeper at its own instant and letting what follows run. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    do await settle();
    while (this.#wakeNext(end));
    this.#now = Math.max(this.#now, end);
    await settle();
  }

  /**
   * {@link advance} for a world in which somebody always sleeps when nothing is being done: as long
   * as nobody does, work is going on in the background (a key is being made), and time stands still.
   */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    do await this.#idle();
    while (this.#wakeNext(end));
    this.#now = Math.max(this.#now, end);
  }

  /** Sets the wall clock without waking anybody: a suspend, a time zone mistake, an NTP step. */
  jump(now: number): void {
    this.#now = now;
  }

  async #idle(): Promise<void> {
    do await turn();
    while (this.#sleepers.length === 0);
  }

  /** Wakes the sleeper that is due first, if that is before `end`. */
  #wakeNext(end: number): boolean {
    const next = this.#sleepers.reduce<Sleeper | undefined>(
      (first, one) => (one.at <= end && (!first || one.at < first.at) ? one : first),
      undefined,
    );
    if (!next) return false;
    this.#sleepers = this.#sleepers.filter((one) => one !== next);
    this.#now = Math.max(this.#now, next.at);
    next.wake();
    return true;
  }
}

/** One turn of the event loop: promise chains that are ready run to their next wait. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn();
}
