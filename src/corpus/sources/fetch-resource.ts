import type { Clock } from "../../lib/clock.ts";
import { DocportError, messageOf } from "../../lib/errors.ts";
import { parseHttpDate, parseRetryAfter } from "../../lib/retry-after.ts";
import { SourceDownError } from "./source-down-error.ts";

export type Fetch = typeof globalThis.fetch;

export interface FetchSettings {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Longest wait for a response to begin, and between two pieces of it. */
  readonly fetchTimeoutMs: number;
}

export interface FetchRequest {
  readonly accept: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Resource {
  /** After redirects. */
  readonly url: string;
  /** In lower case, without parameters; "" when the server says none. */
  readonly contentType: string;
  readonly etag: string | undefined;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number | undefined;
  /** The body, piece by piece. Stops with ERR_SOURCE_FETCH when a piece is too long in coming. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

const MAX_REDIRECTS = 5;

/**
 * Fetches a URL. A redirect is followed only on the same site (the host, with or without `www.`)
 * and never from https to http, so that no page leads this machine to hosts that nobody named.
 * Throws ERR_SOURCE_FETCH for anything but a 2xx response.
 */
export async function fetchResource(
  url: string,
  request: FetchRequest,
  settings: FetchSettings,
): Promise<Resource> {
  let current = new URL(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const watch = new Watch(settings, request.signal, current.href);
    const response = await watch.during(
      settings.fetch(current.href, {
        headers: { accept: request.accept, "user-agent": "docport" },
        redirect: "manual",
        signal: watch.signal,
      }),
    );
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await discard(response);
      current = redirectTarget(current, location);
      continue;
    }
    if (!response.ok) {
      await discard(response);
      throw statusError(current.href, response, settings.clock.now());
    }
    return {
      url: current.href,
      contentType:
        (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "",
      etag: response.headers.get("etag") ?? undefined,
      modifiedAt: dateOf(response.headers.get("last-modified")),
      chunks: bodyOf(response, watch),
    };
  }
  throw new DocportError("ERR_SOURCE_FETCH", `${url} redirects more than ${MAX_REDIRECTS} times.`, {
    hint: "Name the URL that the redirects lead to.",
  });
}

/** Collects a body of at most `maxBytes`. Throws ERR_SOURCE_LIMIT when it is longer. */
export async function bytesOf(resource: Resource, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of resource.chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new DocportError(
        "ERR_SOURCE_LIMIT",
        `${resource.url} is longer than ${maxBytes} bytes, which is the most that is read.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Gives up on a server that is silent for too long, at any point of its answer. */
class Watch {
  readonly signal: AbortSignal;
  readonly #settings: FetchSettings;
  readonly #outer: AbortSignal | undefined;
  readonly #giveUp = new AbortController();
  readonly #url: string;

  constructor(settings: FetchSettings, outer: AbortSignal | undefined, url: string) {
    this.#settings = settings;
    this.#outer = outer;
    this.#url = url;
    this.signal =
      outer === undefined ? this.#giveUp.signal : AbortSignal.any([outer, this.#giveUp.signal]);
  }

  async during<T>(step: Promise<T>): Promise<T> {
    const { clock, fetchTimeoutMs } = this.#settings;
    const done = new AbortController();
    const timeout = clock.sleep(fetchTimeoutMs, done.signal).then(
      () => {
        const error = new DocportError(
          "ERR_SOURCE_FETCH",
          `${this.#url} did not answer within ${fetchTimeoutMs} ms.`,
          { hint: "Check that the server is up and can be reached from here." },
        );
        this.#giveUp.abort(error);
        throw error;
      },
      // Only `done` cancels the wait, and then the race is over.
      () => new Promise<never>(() => {}),
    );
    try {
      return await Promise.race([step, timeout]);
    } catch (error) {
      this.#outer?.throwIfAborted();
      if (error instanceof DocportError) throw error;
      throw new DocportError(
        "ERR_SOURCE_FETCH",
        `${this.#url} cannot be fetched: ${reasonOf(error)}`,
        {
          hint: "Check the URL, and that this machine can reach it.",
          cause: error,
        },
      );
    } finally {
      done.abort();
    }
  }
}

async function* bodyOf(response: Response, watch: Watch): AsyncGenerator<Uint8Array, void, void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await watch.during(reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    // Ends the transfer when the consumer stopped early; a no-op after the end.
    await reader.cancel().catch(() => {});
  }
}

function redirectTarget(from: URL, location: string): URL {
  let to: URL;
  try {
    to = new URL(location, from);
  } catch (cause) {
    throw new DocportError(
      "ERR_SOURCE_FETCH",
      `${from.href} redirects to "${location}", which is no URL.`,
      {
        cause,
      },
    );
  }
  const sameOrigin = to.origin === from.origin;
  const upgrade =
    siteOf(to) === siteOf(from) && to.protocol === "https:" && to.port === "" && from.port === "";
  if (sameOrigin || upgrade) return to;
  throw new DocportError(
    "ERR_SOURCE_FETCH",
    `${from.href} redirects to another site, ${to.origin}, which is not followed.`,
    { hint: `If that is the documentation, name ${to.href} itself.` },
  );
}

function siteOf(url: URL): string {
  return url.hostname.replace(/^www\./, "");
}

function statusError(url: string, { status, headers }: Response, now: number): DocportError {
  const hint =
    status === 401 || status === 403
      ? "The server wants a login or refuses this client; export the documentation to a file instead."
      : status === 404 || status === 410
        ? "Check the URL in a browser."
        : status === 429 || status >= 500
          ? "The server has a problem of its own; try again later."
          : "Check the URL in a browser.";
  const serverNow = parseHttpDate(headers.get("date") ?? undefined) ?? now;
  const waitMs = parseRetryAfter(headers.get("retry-after") ?? undefined, serverNow);
  const askAgainAt = waitMs === undefined ? undefined : now + waitMs;
  return new SourceDownError(`${url} answered with status ${status}, not 200.`, askAgainAt, {
    hint,
  });
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return messageOf(cause) || messageOf(error);
}

async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => {});
}

function dateOf(header: string | null): number | undefined {
  const time = header === null ? Number.NaN : Date.parse(header);
  return Number.isNaN(time) ? undefined : time;
}
