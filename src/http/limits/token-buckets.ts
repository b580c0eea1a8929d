import type { ClientUsage, UsageBook } from "../../lib/client-usage.ts";
import type { Clock } from "../../lib/clock.ts";

export interface TokenBucketOptions {
  /** Most requests of a client in any 60 seconds; at least 2. */
  readonly perMinute: number;
  /** Clients remembered; beyond it the one not seen for longest is forgotten. Default 16,384. */
  readonly maxClients?: number;
  readonly clock: Clock;
}

/** What became of one request. */
export interface Taken {
  readonly isAllowed: boolean;
  /** How long until the next one would be allowed; 0 when this one was. */
  readonly retryInMs: number;
}

interface Bucket {
  tokens: number;
  /** When `tokens` was right. */
  at: number;
}

/** Share of a minute's requests that may come at once; the rest is spread over the minute. */
const BURST_SHARE = 1 / 4;

/**
 * Most minutes' worth that is owed for what was used elsewhere: so many times a quarter of the limit
 * as forty processes let through before they have heard of each other.
 */
const MAX_OWED_MINUTES = 10;

/**
 * A token bucket for each client. The burst and what flows in within a minute are together the
 * limit, so that no window of 60 seconds ever holds more than `perMinute` requests. Memory is
 * bounded: a client that was forgotten begins with a full bucket.
 */
export class TokenBuckets implements UsageBook {
  readonly #clock: Clock;
  readonly #maxClients: number;
  readonly #perMinute: number;
  readonly #burst: number;
  readonly #refillPerMs: number;
  /** In the order of last use: a `Map` keeps that of insertion. */
  readonly #buckets = new Map<string, Bucket>();
  /** Since it was last taken; undefined: nobody wants to know. */
  #usage: Map<string, number> | undefined;

  constructor({ perMinute, maxClients = 16_384, clock }: TokenBucketOptions) {
    if (!(perMinute >= 2)) throw new RangeError(`perMinute: at least 2, got ${perMinute}`);
    this.#clock = clock;
    this.#maxClients = maxClients;
    this.#perMinute = perMinute;
    this.#burst = Math.max(1, Math.floor(perMinute * BURST_SHARE));
    this.#refillPerMs = (perMinute - this.#burst) / 60_000;
  }

  /** Clients remembered now. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Counts a request of the client. One that is not allowed costs nothing. */
  take(client: string): Taken {
    const bucket = this.#refilled(client);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      this.#note(client, 1);
      return { isAllowed: true, retryInMs: 0 };
    }
    const retryInMs = Math.ceil((1 - bucket.tokens) / this.#refillPerMs);
    return { isAllowed: false, retryInMs };
  }

  /** Counts what a request turned out to cost besides; at most a minute's worth is owed. */
  charge(client: string, requests: number): void {
    const bucket = this.#refilled(client);
    // More may be owed already, for what was used elsewhere.
    const least = Math.min(bucket.tokens, -this.#perMinute);
    bucket.tokens = Math.max(least, bucket.tokens - requests);
    this.#note(client, requests);
  }

  /** Takes back a request that turned out to be somebody else's to answer for. */
  giveBack(client: string): void {
    const bucket = this.#refilled(client);
    bucket.tokens = Math.min(this.#burst, bucket.tokens + 1);
    this.#note(client, -1);
  }

  takeUsage(): ClientUsage {
    const usage = this.#usage ?? new Map<string, number>();
    this.#usage = new Map();
    return usage;
  }

  /** Owed in full, within reason, so that in the long run all processes together keep the limit. */
  addUsage(usage: ClientUsage): void {
    const least = -this.#perMinute * MAX_OWED_MINUTES;
    for (const [client, requests] of usage) {
      const bucket = this.#refilled(client);
      const tokens = Math.max(least, bucket.tokens - requests);
      bucket.tokens = Math.min(this.#burst, tokens);
    }
  }

  #note(client: string, requests: number): void {
    const usage = this.#usage;
    if (!usage || (usage.size >= this.#maxClients && !usage.has(client))) return;
    usage.set(client, (usage.get(client) ?? 0) + requests);
  }

  #refilled(client: string): Bucket {
    const now = this.#clock.now();
    const known = this.#buckets.get(client);
    const bucket = known ?? { tokens: this.#burst, at: now };
    const gained = Math.max(0, now - bucket.at) * this.#refillPerMs;
    bucket.tokens = Math.min(this.#burst, bucket.tokens + gained);
    // Also when the clock was set back: the bucket must not stay empty until then.
    bucket.at = now;
    this.#buckets.delete(client);
    this.#buckets.set(client, bucket);
    if (this.#buckets.size > this.#maxClients) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    return bucket;
  }
}
