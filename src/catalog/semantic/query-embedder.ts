import type { Clock } from "../../lib/clock.ts";
import type { EmbeddingsClient } from "./embeddings-client.ts";

/** Queries whose vectors are kept. */
const MAX_KEPT = 256;
/** Requests under way at once; further queries are answered without. */
const MAX_UNDER_WAY = 8;
/** A late answer is still waited for in the background: a model that is being loaded takes long. */
const REQUEST_TIMEOUT_MS = 15_000;
/** Failures in a row after which no query waits any more. */
const MAX_FAILURES = 3;
/** How long that lasts, before one query tries again. */
const REST_MS = 30_000;

export interface QueryEmbedderOptions {
  readonly clock: Clock;
  /** Longest that a query waits for its vector. */
  readonly timeoutInMs: number;
  /** Ends what is still waited for. */
  readonly signal?: AbortSignal;
}

/**
 * Gives the vectors of queries, or nothing soon: it never rejects and never holds a query longer than
 * its time. After three failures in a row it asks no more for half a minute; then one query tries,
 * and what comes of it decides for all.
 */
export class QueryEmbedder {
  readonly model: string;
  readonly #client: EmbeddingsClient;
  readonly #options: QueryEmbedderOptions;
  /** The least recently used first. */
  readonly #kept = new Map<string, Float32Array>();
  readonly #underWay = new Map<string, Promise<Float32Array | undefined>>();
  #failures = 0;
  /** Epoch milliseconds. */
  #restsUntil = 0;
  #isTrying = false;

  constructor(client: EmbeddingsClient, options: QueryEmbedderOptions) {
    this.model = client.model;
    this.#client = client;
    this.#options = options;
  }

  /**
   * The vector of a query, as the endpoint gave it; undefined when it cannot be had in time, or has
   * not `dimension` components.
   */
  async embed(query: string, dimension: number): Promise<Float32Array | undefined> {
    const kept = this.#kept.get(query);
    if (kept) {
      this.#keep(query, kept);
      return kept;
    }
    const isClosed = this.#failures < MAX_FAILURES;
    if (!isClosed && (this.#isTrying || this.#options.clock.now() < this.#restsUntil)) {
      return undefined;
    }
    const shared = this.#underWay.get(query);
    if (!shared && this.#underWay.size >= MAX_UNDER_WAY) return undefined;
    if (!isClosed) this.#isTrying = true;
    const vector = await this.#inTime(shared ?? this.#request(query, dimension));
    if (!isClosed) this.#isTrying = false;
    if (vector) {
      this.#failures = 0;
    } else {
      this.#failures += 1;
      this.#restsUntil = this.#options.clock.now() + REST_MS;
    }
    return vector;
  }

  #request(query: string, dimension: number): Promise<Float32Array | undefined> {
    const { signal } = this.#options;
    const limits = { timeoutInMs: REQUEST_TIMEOUT_MS, ...(signal ? { signal } : {}) };
    const request = this.#client.embed([query], limits).then(
      ([vector]) => {
        if (vector?.length !== dimension) return undefined;
        this.#keep(query, vector);
        return vector;
      },
      () => undefined,
    );
    this.#underWay.set(query, request);
    void request.then(() => this.#underWay.delete(query));
    return request;
  }

  async #inTime(request: Promise<Float32Array | undefined>): Promise<Float32Array | undefined> {
    const done = new AbortController();
    const { clock, timeoutInMs } = this.#options;
    const late = clock.sleep(timeoutInMs, done.signal).then(
      () => undefined,
      () => undefined,
    );
    try {
      return await Promise.race([request, late]);
    } finally {
      done.abort();
    }
  }

  #keep(query: string, vector: Float32Array): void {
    this.#kept.delete(query);
    this.#kept.set(query, vector);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}
