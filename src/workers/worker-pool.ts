import type { Clock } from "../lib/clock.ts";
import { DocportError } from "../lib/errors.ts";
import { Channel, ChannelClosedError, type ChannelHandler } from "./channel.ts";
import { isHung } from "./is-hung.ts";

/** A process that was started to serve. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  send(message: object): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when it has ended: how, in words. */
  onExit(listener: (how: string) => void): void;
  kill(): void;
}

export type WorkerEvent =
  /** It gives no sign of life, and is killed. */
  | { readonly kind: "hung"; readonly pid: number | undefined }
  | { readonly kind: "died"; readonly pid: number | undefined; readonly how: string }
  | { readonly kind: "replaced"; readonly pid: number | undefined }
  | { readonly kind: "start-failed"; readonly error: unknown; readonly retryInMs: number };

export interface WorkerPoolOptions {
  readonly count: number;
  readonly start: () => WorkerProcess;
  readonly clock: Clock;
  readonly onEvent: (event: WorkerEvent) => void;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 30_000;
/** Without a living worker nobody is served: after so many tries in a row there is no use in more. */
const MAX_FAILURES = 5;
/** A worker that lived for less was no success, so that one that dies at once is not started for ever. */
const SHORT_LIFE_MS = 5_000;

interface Worker {
  readonly process: WorkerProcess;
  readonly channel: Channel;
  readonly startedAt: number;
  readonly ended: AbortController;
  isReady: boolean;
}

/**
 * Keeps so many workers running, and gives all of them the same state: named values that a worker
 * has before it begins, and is told each change of. A worker that ends is replaced; one that hangs,
 * for which all others would have to wait, is ended.
 */
export class WorkerPool {
  /** Rejects when no worker can be kept running; never resolves. */
  readonly lost: Promise<never>;
  readonly #options: WorkerPoolOptions;
  readonly #state = new Map<string, unknown>();
  readonly #handlers = new Map<string, ChannelHandler>();
  readonly #workers = new Set<Worker>();
  readonly #stop = new AbortController();
  #lose: (error: unknown) => void = () => {};
  #failures = 0;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.lost = new Promise((_, reject) => {
      this.#lose = reject;
    });
    // Whoever runs the pool looks at it; until then it is nobody's error.
    this.lost.catch(() => {});
  }

  /** Answers questions of workers: of those that are there, and of those that are started later. */
  on(name: string, handler: ChannelHandler): void {
    this.#handlers.set(name, handler);
    for (const { channel } of this.#workers) channel.on(name, handler);
  }

  /** Processes that serve now. */
  get pids(): readonly (number | undefined)[] {
    return [...this.#workers].filter(({ isReady }) => isReady).map(({ process }) => process.pid);
  }

  /**
   * Gives a value to all workers, and to those that come. Resolves when every worker that is there
   * has taken it; rejects with what one of them said against it.
   */
  async set(key: string, value: unknown): Promise<void> {
    this.#state.set(key, value);
    await this.#tellAll("set", { key, value });
  }

  async delete(key: string): Promise<void> {
    if (this.#state.delete(key)) await this.#tellAll("delete", { key });
  }

  /** The answers of the workers that give one. */
  async ask(name: string, value?: unknown): Promise<unknown[]> {
    const answers = await Promise.allSettled(this.#channels(({ isReady }) => isReady, name, value));
    return answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  }

  /**
   * Starts all workers and asks each of them this question, which it answers when it has got so far.
   * Resolves with the answers; rejects with the first failure, and then none of them runs.
   */
  async start(question: string): Promise<unknown[]> {
    try {
      const started = Array.from({ length: this.#options.count }, () => this.#begin());
      return await Promise.all(started.map(({ channel }) => channel.ask(question)));
    } catch (error) {
      await this.close(0);
      throw asFailure(error);
    }
  }

  /** Waits until all that were started serve; from then on, a worker that ends is replaced. */
  async untilReady(): Promise<void> {
    try {
      await Promise.all([...this.#workers].map((worker) => this.#untilReady(worker)));
    } catch (error) {
      throw asFailure(error);
    }
  }

  /** Has every worker end its requests; what still runs after `graceMs` is killed. */
  async close(graceMs: number): Promise<void> {
    this.#stop.abort();
    const { clock } = this.#options;
    const ended = Promise.all([...this.#workers].map((worker) => this.#end(worker)));
    const over = new AbortController();
    const cut = clock.sleep(graceMs, over.signal).then(
      () => {
        for (const { process } of this.#workers) process.kill();
      },
      () => {},
    );
    await ended;
    over.abort();
    await cut;
  }

  async #end({ process, channel }: Worker): Promise<void> {
    const exited = new Promise<void>((resolve) => process.onExit(() => resolve()));
    void channel.ask("close").catch(() => {});
    await exited;
  }

  #begin(): Worker {
    const { start, clock } = this.#options;
    const process = start();
    const channel = new Channel((message) => process.send(message));
    const ended = new AbortController();
    const worker: Worker = { process, channel, startedAt: clock.now(), ended, isReady: false };
    for (const [name, handler] of this.#handlers) channel.on(name, handler);
    process.onMessage((message) => channel.receive(message));
    process.onExit((how) => {
      this.#workers.delete(worker);
      ended.abort();
      channel.close();
      if (worker.isReady && !this.#stop.signal.aborted) this.#replace(worker, how);
    });
    this.#workers.add(worker);
    // From here on it is told every change, after what it begins with.
    void channel.ask("state", [...this.#state]).catch(() => {});
    return worker;
  }

  async #untilReady(worker: Worker): Promise<void> {
    await worker.channel.ask("ready");
    worker.isReady = true;
    void this.#watch(worker);
  }

  async #watch({ process, channel, ended }: Worker): Promise<void> {
    const { clock, onEvent } = this.#options;
    const signal = AbortSignal.any([ended.signal, this.#stop.signal]);
    if (!(await isHung(() => channel.ask("alive"), { clock, signal }))) return;
    onEvent({ kind: "hung", pid: process.pid });
    process.kill();
  }

  #replace({ process: { pid }, startedAt }: Worker, how: string): void {
    const { clock, onEvent } = this.#options;
    onEvent({ kind: "died", pid, how });
    if (clock.now() - startedAt > SHORT_LIFE_MS) this.#failures = 0;
    else this.#failures += 1;
    if (!this.#givesUp(new Error(`it ended: ${how}`))) void this.#tryToReplace();
  }

  async #tryToReplace(): Promise<void> {
    const { clock, onEvent } = this.#options;
    const { signal } = this.#stop;
    for (;;) {
      try {
        if (this.#failures > 1) await clock.sleep(this.#retryInMs(), signal);
        if (signal.aborted) return;
        const worker = this.#begin();
        await this.#untilReady(worker).catch((error: unknown) => {
          worker.process.kill();
          throw error;
        });
        onEvent({ kind: "replaced", pid: worker.process.pid });
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#failures += 1;
        onEvent({ kind: "start-failed", error, retryInMs: this.#retryInMs() });
        if (this.#givesUp(error)) return;
      }
    }
  }

  #givesUp(cause: unknown): boolean {
    const isLost = this.#failures >= MAX_FAILURES && this.pids.length === 0;
    if (isLost) this.#lose(noWorkers(cause));
    return isLost;
  }

  #retryInMs(): number {
    return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
  }

  async #tellAll(name: string, value: unknown): Promise<void> {
    const told = await Promise.allSettled(this.#channels(() => true, name, value));
    for (const one of told) {
      // One that has died meanwhile is replaced by one that begins with it.
      if (one.status === "rejected" && !(one.reason instanceof ChannelClosedError)) {
        throw one.reason;
      }
    }
  }

  #channels(
    isAsked: (worker: Worker) => boolean,
    name: string,
    value: unknown,
  ): Promise<unknown>[] {
    return [...this.#workers].filter(isAsked).map(({ channel }) => channel.ask(name, value));
  }
}

/** One that says why it cannot start has said it; one that just ends has not. */
function asFailure(error: unknown): unknown {
  return error instanceof ChannelClosedError ? noWorkers(error) : error;
}

function noWorkers(cause: unknown): DocportError {
  return new DocportError("ERR_WORKERS", "No worker process can be kept running", {
    cause,
    hint: "The log has why each of them ended; `workers: 1` serves without any.",
  });
}
