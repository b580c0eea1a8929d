import type { IndexedCatalog } from "../catalog/open-catalog.ts";
import type { Clock } from "../lib/clock.ts";
import { messageOf } from "../lib/errors.ts";
import { nextAskInMs } from "./ask-schedule.ts";
import type { CatalogOrigin } from "./catalog-origin.ts";
import type { LivingEvent, LivingStatus, SourceFailure, SourceStatus } from "./living-status.ts";

export interface LivingCatalogOptions {
  readonly clock: Clock;
  /** From 0 to 1, for the jitter of the schedule. */
  readonly random: () => number;
  /**
   * Makes ready what is served together with a catalog, before it is. What it gives is called at the
   * swap, in the same turn. When it throws, the catalog is not served.
   */
  readonly prepare?: (next: IndexedCatalog) => (() => void) | Promise<() => void>;
  readonly onEvent?: (event: LivingEvent) => void;
}

/** A catalog that is replaced while it is served. */
export interface FollowedCatalog extends AsyncDisposable {
  /** What is served now. Whoever needs the same one twice keeps it. */
  readonly current: IndexedCatalog;
  /** Begins to follow, until {@link close}. */
  start(): void;
  /** Has every source asked at once, or as soon as what is being done is done. */
  refresh(): void;
  status(): LivingStatus;
  /** Stops following. What is served stays. */
  close(): Promise<void>;
}

/** Longest sleep: when the wall clock is set, it is noticed after that. */
const TICK_MS = 60_000;
/** Shortest pause between two renewals, whoever asks for them. */
const MIN_PAUSE_MS = 200;
const MAX_PAUSE_MS = 60_000;
/** A server that wants to be left alone for longer is asked after this all the same. */
const MAX_ASKED_WAIT_MS = 86_400_000;

interface FollowedState {
  lastSuccessAt: number;
  nextAskAt: number | undefined;
  failure: SourceFailure | undefined;
}

/**
 * A catalog that follows its sources. The next one is made beside the one that is served and then
 * takes its place between two turns of the event loop: a request that has the old one ends on it.
 * Whatever fails leaves everything as it was, says since when, and is tried again.
 */
export class LivingCatalog implements FollowedCatalog {
  readonly #origin: CatalogOrigin;
  readonly #options: LivingCatalogOptions;
  readonly #ended = new AbortController();
  readonly #states: readonly FollowedState[];
  #catalog: IndexedCatalog;
  #asked = new Set<number>();
  #bell = new AbortController();
  #swaps = 0;
  #failure: SourceFailure | undefined;
  #running: Promise<unknown> | undefined;

  private constructor(origin: CatalogOrigin, options: LivingCatalogOptions) {
    this.#origin = origin;
    this.#options = options;
    const now = options.clock.now();
    this.#states = origin.sources.map(({ everyMs, readAt = now, problems }) => {
      const outage = problems?.outage;
      const failure = outage && failureAfter(undefined, outage, now);
      const nextAskAt = this.#nextAskAt(everyMs, failure ? 1 : 0, problems?.askAgainAt);
      return { lastSuccessAt: readAt, nextAskAt, failure };
    });
    this.#catalog = origin.first;
  }

  /** Serves the origin's first catalog. Rejects with what `prepare` rejects with. */
  static async open(origin: CatalogOrigin, options: LivingCatalogOptions): Promise<LivingCatalog> {
    const show = await options.prepare?.(origin.first);
    show?.();
    return new LivingCatalog(origin, options);
  }

  get current(): IndexedCatalog {
    return this.#catalog;
  }

  start(): void {
    if (this.#running) return;
    const { signal } = this.#ended;
    for (const [source, { problems }] of this.#origin.sources.entries()) {
      const error = problems?.outage;
      if (!error) continue;
      this.#options.onEvent?.({ kind: "source-failed", source: this.#statusOf(source), error });
    }
    const watches = this.#origin.sources.map(({ watch }, source) =>
      watch?.run(() => this.#ask([source]), signal),
    );
    this.#running = Promise.allSettled([this.#follow(signal), ...watches]);
  }

  refresh(): void {
    this.#ask(this.#origin.sources.keys());
  }

  status(): LivingStatus {
    const { revision, facts } = this.#catalog;
    return {
      sources: this.#states.map((_, source) => this.#statusOf(source)),
      revision,
      builtAt: facts.builtAt,
      swaps: this.#swaps,
      unreadablePages: this.#origin.unreadablePages,
      ...(this.#failure && { failure: this.#failure }),
    };
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#running;
    await this.#origin.close?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ask(sources: Iterable<number>): void {
    for (const source of sources) this.#asked.add(source);
    this.#bell.abort();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      const asked = await this.#nextAsked(signal);
      const startedAt = clock.now();
      await this.#renew(asked, signal);
      // At least half of the time is left to requests, however often somebody asks.
      const tookMs = clock.now() - startedAt;
      await clock.sleep(Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, tookMs)), signal);
    }
  }

  /** Waits until sources are to be asked. Rejects when the signal aborts. */
  async #nextAsked(signal: AbortSignal): Promise<ReadonlySet<number>> {
    const { clock } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      const now = clock.now();
      for (const [source, { nextAskAt }] of this.#states.entries()) {
        if (nextAskAt !== undefined && nextAskAt <= now) this.#asked.add(source);
      }
      const asked = this.#asked;
      if (asked.size > 0) {
        this.#asked = new Set();
        return asked;
      }
      const nextAt = Math.min(...this.#states.map(({ nextAskAt = Infinity }) => nextAskAt));
      this.#bell = new AbortController();
      const sleepEnds = AbortSignal.any([signal, this.#bell.signal]);
      await clock.sleep(Math.min(TICK_MS, nextAt - now), sleepEnds).catch(() => {});
    }
  }

  async #renew(asked: ReadonlySet<number>, signal: AbortSignal): Promise<void> {
    const { clock, prepare, onEvent } = this.#options;
    const startedAt = clock.now();
    const before = this.#catalog;
    try {
      const { catalog, failures, askAgainAt, accept } = await this.#origin.renew(asked, signal);
      signal.throwIfAborted();
      const commit = catalog === before ? undefined : await prepare?.(catalog);
      signal.throwIfAborted();
      // Nothing from here on waits or throws: everybody sees all of it or nothing.
      accept();
      commit?.();
      this.#catalog = catalog;
      this.#failure = undefined;
      for (const source of asked) this.#note(source, failures, askAgainAt.get(source));
      if (catalog === before) return;
      this.#swaps += 1;
      onEvent?.({ kind: "swapped", before, after: catalog, tookMs: clock.now() - startedAt });
    } catch (error) {
      if (signal.aborted) throw error;
      this.#failure = failureAfter(this.#failure, error, clock.now());
      for (const source of asked) this.#postpone(source, this.#failure.count);
      onEvent?.({ kind: "build-failed", failure: this.#failure, error });
    }
  }

  #note(
    source: number,
    failures: ReadonlyMap<number, unknown>,
    askAgainAt: number | undefined,
  ): void {
    const state = this.#states[source];
    if (!state) return;
    const { failure: before } = state;
    const now = this.#options.clock.now();
    if (failures.has(source)) {
      const error = failures.get(source);
      state.failure = failureAfter(before, error, now);
      this.#postpone(source, state.failure.count, askAgainAt);
      this.#options.onEvent?.({ kind: "source-failed", source: this.#statusOf(source), error });
      return;
    }
    state.failure = undefined;
    state.lastSuccessAt = now;
    this.#postpone(source, 0, askAgainAt);
    if (!before) return;
    const { since } = before;
    this.#options.onEvent?.({ kind: "source-recovered", source: this.#statusOf(source), since });
  }

  #postpone(source: number, failures: number, askAgainAt?: number): void {
    const state = this.#states[source];
    if (state) {
      const everyMs = this.#origin.sources[source]?.everyMs;
      state.nextAskAt = this.#nextAskAt(everyMs, failures, askAgainAt);
    }
  }

  #nextAskAt(everyMs: number | undefined, failures: number, askAgainAt = 0): number | undefined {
    const { clock, random } = this.#options;
    const inMs = nextAskInMs({ everyMs, failures, random });
    if (inMs === undefined) return undefined;
    const now = clock.now();
    return Math.max(now + inMs, Math.min(askAgainAt, now + MAX_ASKED_WAIT_MS));
  }

  #statusOf(source: number): SourceStatus {
    const state = this.#states[source];
    const followed = this.#origin.sources[source];
    if (!state || !followed) throw new RangeError(`there is no source ${source}`);
    return {
      name: followed.name,
      lastSuccessAt: state.lastSuccessAt,
      ...(state.failure && { failure: state.failure }),
      ...(state.nextAskAt === undefined ? {} : { nextAskAt: state.nextAskAt }),
    };
  }
}

function failureAfter(
  before: SourceFailure | undefined,
  error: unknown,
  at: number,
): SourceFailure {
  return {
    since: before?.since ?? at,
    at,
    count: (before?.count ?? 0) + 1,
    message: messageOf(error),
  };
}
