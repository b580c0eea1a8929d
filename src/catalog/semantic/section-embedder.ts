import type { Clock } from "../../lib/clock.ts";
import type { IndexDocument } from "../../search/index-document.ts";
import { VectorsBuilder } from "../../search/semantic/vectors-builder.ts";
import { type EmbeddingsClient, EmbeddingsError, MAX_BATCH } from "./embeddings-client.ts";

const REQUEST_TIMEOUT_MS = 60_000;
/** Requests for one batch, before the endpoint is given up. */
const MAX_ATTEMPTS = 5;
const FIRST_WAIT_MS = 1_000;
/** An endpoint that asks for a longer wait is given up: a start must come to its end. */
const MAX_WAIT_MS = 60_000;

export interface SectionEmbedderOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Gets the vectors of documents while an index is built, batch by batch. Once a batch has failed for
 * good it asks no more: an index has all of its vectors or none.
 */
export class SectionEmbedder {
  readonly #client: EmbeddingsClient;
  readonly #options: SectionEmbedderOptions;
  readonly #vectors: VectorsBuilder;
  #waiting: string[] = [];
  #failure: EmbeddingsError | undefined;

  constructor(client: EmbeddingsClient, options: SectionEmbedderOptions) {
    this.#client = client;
    this.#options = options;
    this.#vectors = new VectorsBuilder(client.model);
  }

  /** Why there will be no vectors, once that is certain. */
  get failure(): EmbeddingsError | undefined {
    return this.#failure;
  }

  /** The next document. Rejects only with the signal's reason. */
  async add(document: IndexDocument): Promise<void> {
    if (this.#failure) return;
    this.#waiting.push(textOf(document));
    if (this.#waiting.length >= MAX_BATCH) await this.#flush();
  }

  /** The section for `IndexBuilder.finish`; undefined when the endpoint failed. */
  async finish(): Promise<Uint8Array | undefined> {
    if (this.#waiting.length > 0) await this.#flush();
    return this.#failure ? undefined : this.#vectors.finish();
  }

  async #flush(): Promise<void> {
    const texts = this.#waiting;
    this.#waiting = [];
    try {
      for (const vector of await this.#embed(texts)) this.#vectors.add(vector);
    } catch (error) {
      this.#failure = failureOf(error);
    }
  }

  async #embed(texts: readonly string[]): Promise<Float32Array[]> {
    const { clock, signal } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#client.embed(texts, {
          timeoutInMs: REQUEST_TIMEOUT_MS,
          ...(signal ? { signal } : {}),
        });
      } catch (error) {
        if (!(error instanceof EmbeddingsError)) throw error;
        const waitMs = error.retryInMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
        if (!error.isPassing || attempt >= MAX_ATTEMPTS || waitMs > MAX_WAIT_MS) throw error;
        await clock.sleep(waitMs, signal);
      }
    }
  }
}

/** What a model reads of a section: where it stands, then what it says. */
function textOf({ headings, title, text, code }: IndexDocument): string {
  const path = [...headings, title].filter((heading) => heading !== "").join(" > ");
  const parts = [path, text, code].filter((part) => part.trim() !== "");
  // An empty text is an error at some endpoints.
  return parts.length === 0 ? "-" : parts.join("\n");
}

/** Cancellation passes through; vectors that do not fit those before them are a failure too. */
function failureOf(error: unknown): EmbeddingsError {
  if (error instanceof EmbeddingsError) return error;
  if (!(error instanceof RangeError)) throw error;
  return new EmbeddingsError(`the embeddings endpoint answered with ${error.message}`, {
    hint: "Check that embeddingsModel is one model, and always the same.",
    isPassing: false,
    cause: error,
  });
}
