import type { Clock } from "../../lib/clock.ts";

export interface TickerOptions {
  readonly clock: Clock;
  /** Does the work and resolves with the instant of the next tick (epoch ms). */
  readonly tick: (request: { readonly isForced: boolean }) => Promise<number>;
  readonly onError: (error: unknown) => void;
  /** The longest pause between two ticks. Default {@link TICK_MS}. */
  readonly tickMs?: number | undefined;
  /** The clock moved by this much more, or less, than we slept. */
  readonly onJump: (byMs: number) => void;
}

/** Ten minutes, not "until the renewal": a timer of 60 days overflows, and a jump goes unnoticed. */
export const TICK_MS = 600_000;
const SHORTEST_PAUSE_MS = 1_000;
const JUMP_MS = 60_000;

interface Request {
  readonly isForced: boolean;
  readonly done: () => void;
}

/** Runs one tick after another, at the instants they ask for and at least every ten minutes. */
export class Ticker {
  readonly #options: TickerOptions;
  #isStopping = false;
  #loop: Promise<void> | undefined;
  #wake: () => void = () => {};
  #requests: Request[] = [];

  constructor(options: TickerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Ticks now, or right after the tick that is running; resolves when that is done. */
  async tickNow(isForced: boolean): Promise<void> {
    if (this.#isStopping || !this.#loop) return;
    await new Promise<void>((done) => {
      this.#requests.push({ isForced, done });
      this.#wake();
    });
  }

  /** Begins no other tick; resolves when the running one has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#wake();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, tick, onError, tickMs = TICK_MS } = this.#options;
    while (!this.#isStopping) {
      const requests = this.#requests.splice(0);
      let next = clock.now() + tickMs;
      try {
        next = await tick({ isForced: requests.some(({ isForced }) => isForced) });
      } catch (error) {
        onError(error);
      }
      for (const { done } of requests) done();
      await this.#pause(next);
    }
    for (const { done } of this.#requests.splice(0)) done();
  }

  async #pause(until: number): Promise<void> {
    if (this.#isStopping || this.#requests.length > 0) return;
    const { clock, onJump, tickMs = TICK_MS } = this.#options;
    const from = clock.now();
    const pauseMs = Math.min(tickMs, Math.max(SHORTEST_PAUSE_MS, until - from));
    const wake = new AbortController();
    this.#wake = () => wake.abort();
    await clock.sleep(pauseMs, wake.signal).catch(() => undefined);
    const byMs = clock.now() - from - pauseMs;
    // Woken early, it can only be told that the clock went back.
    if (wake.signal.aborted ? clock.now() < from : Math.abs(byMs) > JUMP_MS) onJump(byMs);
  }
}
