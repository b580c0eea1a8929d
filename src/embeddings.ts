import { EmbeddingsClient } from "./catalog/semantic/embeddings-client.ts";
import { QueryEmbedder } from "./catalog/semantic/query-embedder.ts";
import { SectionEmbedder } from "./catalog/semantic/section-embedder.ts";
import type { SemanticSettings } from "./config/semantic-settings.ts";
import { type Clock, systemClock } from "./lib/clock.ts";

export interface EmbeddingsContext {
  readonly fetch: typeof fetch;
  readonly signal?: AbortSignal;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** Both users of an embeddings endpoint: the build, and the queries. */
export interface Embeddings {
  readonly createSectionEmbedder: () => SectionEmbedder;
  readonly queries: QueryEmbedder;
}

/** Undefined when the settings name no endpoint: semantic search is off. */
export function createEmbeddings(
  settings: SemanticSettings,
  { fetch, signal, clock = systemClock }: EmbeddingsContext,
): Embeddings | undefined {
  const { embeddingsUrl: url, embeddingsModel: model, embeddingsKey: key } = settings;
  if (url === undefined || model === undefined) return undefined;
  const client = new EmbeddingsClient({
    ...{ url, model, fetch, clock },
    ...(key === undefined ? {} : { key }),
  });
  const shared = { clock, ...(signal ? { signal } : {}) };
  return {
    createSectionEmbedder: () => new SectionEmbedder(client, shared),
    queries: new QueryEmbedder(client, {
      ...shared,
      timeoutInMs: settings.embeddingsTimeoutInMs,
    }),
  };
}
