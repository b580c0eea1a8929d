import type { Clock } from "../../lib/clock.ts";
import { DocportError, messageOf } from "../../lib/errors.ts";
import { parseHttpDate, parseRetryAfter } from "../../lib/retry-after.ts";
import { ALLOW_ALL, type Robots } from "./robots.ts";
import type { SiteResponse, SiteTransport } from "./site-transport.ts";

export interface SiteClientSettings {
  readonly transport: SiteTransport;
  readonly clock: Clock;
  readonly userAgent: string;
  /** Longest time of one response, from the request to the last byte. */
  readonly responseTimeoutMs: number;
  /** When the load has to be over, in milliseconds since the epoch: no wait goes beyond it. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

export interface PageRequest {
  readonly accept: string;
  readonly maxBytes: number;
  /** Which content types are read; the type is in lower case, without parameters. */
  readonly wants: (type: string) => boolean;
  /** Whether a redirect may be followed there. */
  readonly allows: (url: URL) => boolean;
  readonly etag?: string | undefined;
  /** As the server wrote it. */
  readonly lastModified?: string | undefined;
}

export interface FetchedPage {
  readonly kind: "page";
  /** After redirects. */
  readonly url: URL;
  /** In lower case, without parameters. */
  readonly type: string;
  readonly response: SiteResponse;
}

export type PageAnswer =
  | FetchedPage
  /** The server says that nothing has changed since. */
  | { readonly kind: "unchanged" }
  /** The server says that there is no such page. */
  | { readonly kind: "missing"; readonly status: number }
  /** Not what is wanted: another type of content, a redirect to where nobody may go. */
  | { readonly kind: "unwanted"; readonly reason: string; readonly url: URL }
  /** No answer, or one that says nothing of the page. */
  | { readonly kind: "failed"; readonly reason: string; readonly status?: number };

/** Time between two requests, when robots.txt asks for none: at most ten a second. */
const MIN_DELAY_MS = 100;
const MAX_REDIRECTS = 5;
const MAX_ATTEMPTS = 3;
const FIRST_RETRY_MS = 1000;
/** A page is not waited for longer than this; the next load asks again. */
const MAX_RETRY_AFTER_MS = 5 * 60_000;
/** After so many pages in a row without an answer, the site is taken to be down. */
const MAX_FAILURES = 5;

/**
 * Asks one site for pages as a guest does: one request at a time, with a pause after each that is at
 * least as long as the answer took, never what robots.txt forbids, and not before `Retry-After`.
 */
export class SiteClient {
  robots: Robots = ALLOW_ALL;
  readonly #settings: SiteClientSettings;
  /** When the last response had come, and how long that took. */
  #last = { at: Number.NEGATIVE_INFINITY, tookMs: 0 };
  /** No request before this. */
  #notBefore = 0;
  #failures = 0;
  #askAgainAt: number | undefined;

  constructor(settings: SiteClientSettings) {
    this.#settings = settings;
  }

  /** Whether there is no use in asking on. */
  get isDown(): boolean {
    return this.#failures >= MAX_FAILURES;
  }

  /** The latest that a `Retry-After` has named; undefined without any. */
  get askAgainAt(): number | undefined {
    return this.#askAgainAt;
  }

  get isLate(): boolean {
    return this.#settings.clock.now() >= this.#settings.deadline;
  }

  isForbidden(url: URL): boolean {
    return !this.robots.allows(url.pathname + url.search);
  }

  /** Follows redirects. Rejects only with the signal's reason. */
  async get(url: URL, request: PageRequest): Promise<PageAnswer> {
    let current = url;
    const seen = new Set<string>();
    while (seen.size <= MAX_REDIRECTS) {
      if (this.isForbidden(current)) {
        return { kind: "unwanted", reason: "The site's robots.txt forbids it.", url: current };
      }
      seen.add(current.href);
      const response = await this.#persist(current, request, current === url);
      if (typeof response === "string") return { kind: "failed", reason: response };
      const target = redirectOf(response, current);
      if (target === undefined) return answerOf(response, current, request);
      if (typeof target === "string") return { kind: "failed", reason: target };
      if (seen.has(target.href)) return { kind: "failed", reason: "It redirects in a circle." };
      if (!request.allows(target)) {
        const reason = `It redirects to ${target.href}, which is not a part of the source.`;
        return { kind: "unwanted", reason, url: target };
      }
      current = target;
    }
    return { kind: "failed", reason: `It redirects more than ${MAX_REDIRECTS} times.` };
  }

  /** The response, or why there is none after all attempts. */
  async #persist(url: URL, request: PageRequest, isFirst: boolean): Promise<SiteResponse | string> {
    const { signal } = this.#settings;
    let reason = "";
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      if (this.isLate) return "There was no time left for it.";
      let waitMs = FIRST_RETRY_MS * 4 ** (attempt - 1);
      try {
        const response = await this.#send(url, request, isFirst);
        const { status } = response;
        if (status < 500 && status !== 429 && status !== 408) {
          this.#failures = 0;
          return response;
        }
        reason = `The server answered with status ${status}.`;
        const now = this.#settings.clock.now();
        const wantedMs = retryAfterOf(response, now);
        waitMs = Math.max(waitMs, wantedMs ?? 0);
        if (wantedMs !== undefined) {
          this.#askAgainAt = Math.max(this.#askAgainAt ?? 0, now + wantedMs);
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof DocportError) return error.message;
        reason = `It cannot be fetched: ${messageOf(error)}`;
      }
      if (waitMs > MAX_RETRY_AFTER_MS) break;
      if (attempt < MAX_ATTEMPTS) this.#notBefore = this.#settings.clock.now() + waitMs;
    }
    this.#failures += 1;
    return reason;
  }

  async #send(url: URL, request: PageRequest, isFirst: boolean): Promise<SiteResponse> {
    const { clock, transport, userAgent, responseTimeoutMs, deadline, signal } = this.#settings;
    const waitMs = Math.min(this.#nextAt(), deadline) - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    const startedAt = clock.now();
    const timeout = new AbortController();
    const done = new AbortController();
    clock.sleep(responseTimeoutMs, done.signal).then(
      () => timeout.abort(new Error(`there was no whole answer within ${responseTimeoutMs} ms`)),
      () => {},
    );
    try {
      return await transport(url, {
        headers: {
          accept: request.accept,
          "user-agent": userAgent,
          ...(isFirst && request.etag !== undefined && { "if-none-match": request.etag }),
          ...(isFirst &&
            request.lastModified !== undefined && { "if-modified-since": request.lastModified }),
        },
        signal: AbortSignal.any([timeout.signal, ...(signal ? [signal] : [])]),
        maxBytes: request.maxBytes,
        wants: (contentType) => request.wants(typeOf(contentType)),
      });
    } catch (error) {
      // A request that is given up rejects with an AbortError, whatever the reason was.
      timeout.signal.throwIfAborted();
      throw error;
    } finally {
      done.abort();
      this.#last = { at: clock.now(), tookMs: clock.now() - startedAt };
    }
  }

  #nextAt(): number {
    const { at, tookMs } = this.#last;
    const delayMs = this.robots.crawlDelayMs ?? MIN_DELAY_MS;
    return Math.max(this.#notBefore, at + Math.max(delayMs, tookMs));
  }
}

function redirectOf(response: SiteResponse, from: URL): URL | string | undefined {
  const location = response.header("location");
  if (response.status < 300 || response.status >= 400 || location === undefined) return undefined;
  if (!URL.canParse(location, from.href)) return `It redirects to "${location}", which is no URL.`;
  const target = new URL(location, from);
  target.hash = "";
  return target;
}

function answerOf(response: SiteResponse, url: URL, request: PageRequest): PageAnswer {
  const { status } = response;
  if (status === 304) return { kind: "unchanged" };
  if (status === 404 || status === 410) return { kind: "missing", status };
  if (status < 200 || status >= 300) {
    return { kind: "failed", reason: `The server answered with status ${status}.`, status };
  }
  const type = typeOf(response.header("content-type") ?? "");
  if (request.wants(type)) return { kind: "page", url, type, response };
  return { kind: "unwanted", reason: `It is ${type || "of no known type"}, not a page.`, url };
}

function typeOf(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}

function retryAfterOf(response: SiteResponse, now: number): number | undefined {
  const serverNow = parseHttpDate(response.header("date")) ?? now;
  return parseRetryAfter(response.header("retry-after"), serverNow);
}
