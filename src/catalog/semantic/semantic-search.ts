import type { SearchIndex } from "../../search/search-index.ts";
import type { SearchOptions, SearchResult } from "../../search/search-options.ts";
import type { Nearest } from "../../search/semantic/nearest-scan.ts";
import type { QueryEmbedder } from "./query-embedder.ts";

/** Longest query that a model is asked about; what is longer is no question. */
const MAX_QUERY_CHARS = 1_000;

/** What was searched by the words alone says why, in a sentence for a model or a person. */
export interface SemanticResult {
  readonly result: SearchResult;
  readonly notice?: string;
}

const BY_WORDS = "these results are by words only";

/**
 * Searches by words and by meaning. When the meaning cannot be had in time, the answer is that of
 * the words, at once, with a notice. Throws as `SearchIndex.search` does.
 */
export async function searchIndexSemantically(
  index: SearchIndex,
  embedder: QueryEmbedder,
  query: string,
  options: SearchOptions,
): Promise<SemanticResult> {
  const { vectors } = index;
  const byWords = (why: string): SemanticResult => ({
    result: index.search(query, options),
    notice: `${why}; ${BY_WORDS}.`,
  });
  if (!vectors) return byWords("The index was made without semantic search");
  if (vectors.model !== embedder.model) {
    return byWords("The index was made for another embeddings model than the configured one");
  }
  const text = query.trim().slice(0, MAX_QUERY_CHARS);
  if (text === "") return { result: index.search(query, options) };
  const vector = await embedder.embed(text, vectors.dimension);
  if (!vector) return byWords("Semantic search is not available at the moment");
  const nearest = await scan(index, vector, options);
  return { result: index.searchFused(query, nearest, options) };
}

/** Steps of some milliseconds, between which other requests have their turn. */
async function scan(
  index: SearchIndex,
  vector: Float32Array,
  options: SearchOptions,
): Promise<readonly Nearest[]> {
  const scanning = index.scanNearest(vector, options);
  if (!scanning) return [];
  while (scanning.step()) await new Promise<void>((resolve) => setImmediate(resolve));
  return scanning.found();
}
