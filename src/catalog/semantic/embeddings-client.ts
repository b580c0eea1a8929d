import type { Clock } from "../../lib/clock.ts";
import { DocportError, messageOf } from "../../lib/errors.ts";
import { parseRetryAfter } from "../../lib/retry-after.ts";
import { readEmbeddings } from "./embeddings-reply.ts";

export interface EmbeddingsOptions {
  /** Base of the API, with a slash at its end; `embeddings` is asked for below it. */
  readonly url: string;
  readonly model: string;
  /** Sent as a bearer token. Default: none. */
  readonly key?: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

/** Longest text that is sent, in UTF-16 units; a longer one is cut. About 500 tokens of English. */
export const MAX_TEXT_CHARS = 2_000;
/** Texts of one request, at most. */
export const MAX_BATCH = 64;
/** A vector of 8,192 components in decimal digits. */
const MAX_BYTES_PER_TEXT = 256 * 1024;
const MAX_BYTES_BESIDE = 64 * 1024;

/** An endpoint that did not give vectors. */
export class EmbeddingsError extends DocportError {
  /** Whether the same request may succeed later. */
  readonly isPassing: boolean;
  /** How long the endpoint asks to be left alone. */
  readonly retryInMs: number | undefined;

  constructor(
    message: string,
    options: {
      readonly hint: string;
      readonly isPassing: boolean;
      readonly retryInMs?: number | undefined;
      readonly cause?: unknown;
    },
  ) {
    super("ERR_EMBEDDINGS", message, { hint: options.hint, cause: options.cause });
    this.isPassing = options.isPassing;
    this.retryInMs = options.retryInMs;
  }
}

/** A client of any endpoint that speaks OpenAI's `POST /v1/embeddings`. */
export class EmbeddingsClient {
  readonly model: string;
  readonly #options: EmbeddingsOptions;
  readonly #endpoint: string;

  constructor(options: EmbeddingsOptions) {
    this.model = options.model;
    this.#options = options;
    this.#endpoint = new URL("embeddings", options.url).href;
  }

  /**
   * The vectors of some texts, in their order and of one length, after one request without a
   * repetition. Rejects with an {@link EmbeddingsError} when that gives none within `timeoutInMs`,
   * and with the signal's reason when that is aborted.
   */
  async embed(
    texts: readonly string[],
    options: { readonly timeoutInMs: number; readonly signal?: AbortSignal },
  ): Promise<Float32Array[]> {
    const { clock } = this.#options;
    const { signal, timeoutInMs } = options;
    signal?.throwIfAborted();
    const over = new AbortController();
    const done = new AbortController();
    const late = this.#failure(`did not answer within ${timeoutInMs} ms`);
    const timer = clock.sleep(timeoutInMs, done.signal).then(
      () => over.abort(late),
      () => undefined,
    );
    const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
    try {
      // A `fetch` that does not heed the signal must not hold the caller either.
      return await Promise.race([this.#request(texts, stop), rejectOn(stop, done.signal)]);
    } catch (error) {
      signal?.throwIfAborted();
      if (over.signal.aborted) throw late;
      if (error instanceof EmbeddingsError) throw error;
      throw this.#failure(`cannot be asked: ${messageOf(error)}`, { cause: error });
    } finally {
      done.abort();
      await timer;
    }
  }

  async #request(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const { fetch, key } = this.#options;
    const response = await fetch(this.#endpoint, {
      method: "POST",
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({
        model: this.model,
        input: texts.map(cutText),
        encoding_format: "float",
      }),
      // The key is for this endpoint and no other.
      redirect: "error",
      signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw this.#refusal(response);
    }
    const body = await this.#readBounded(response, texts.length);
    try {
      return readEmbeddings(JSON.parse(body), texts.length);
    } catch (cause) {
      const problem = cause instanceof SyntaxError ? "what is no JSON" : messageOf(cause);
      throw this.#failure(`answered with ${problem}`, { cause, isPassing: false });
    }
  }

  async #readBounded(response: Response, count: number): Promise<string> {
    const maxBytes = MAX_BYTES_BESIDE + count * MAX_BYTES_PER_TEXT;
    const decoder = new TextDecoder();
    let text = "";
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > maxBytes) {
        throw this.#failure(`answered with more than ${maxBytes} bytes`, { isPassing: false });
      }
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  }

  #refusal({ status, headers }: Response): EmbeddingsError {
    const isPassing = status === 429 || status === 408 || status >= 500;
    const wait = headers.get("retry-after") ?? undefined;
    const isKey = status === 401 || status === 403;
    return this.#failure(`answered with status ${status}`, {
      isPassing,
      retryInMs: parseRetryAfter(wait, this.#options.clock.now()),
      ...(isKey ? { hint: "Check embeddingsKey." } : {}),
    });
  }

  #failure(
    what: string,
    options: Partial<ConstructorParameters<typeof EmbeddingsError>[1]> = {},
  ): EmbeddingsError {
    return new EmbeddingsError(`the embeddings endpoint ${this.#endpoint} ${what}`, {
      hint: "Check that it runs, and embeddingsUrl and embeddingsModel.",
      isPassing: true,
      ...options,
    });
  }
}

/** Cut where no character is torn apart. */
function cutText(text: string): string {
  return text.length <= MAX_TEXT_CHARS
    ? text
    : text.slice(0, MAX_TEXT_CHARS).replace(/[\uD800-\uDBFF]$/, "");
}

function rejectOn(signal: AbortSignal, until: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true, signal: until });
  });
}
