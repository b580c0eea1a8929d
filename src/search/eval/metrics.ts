/**
 * Measures of one ranking, as trec_eval computes them. `ranked` holds document ids, best first,
 * each once; `judged` says how relevant a document is (absent and 0 and below: not at all).
 */
export type Judgements = ReadonlyMap<string, number>;

/**
 * nDCG@k with linear gains: sum of `relevance / log2(rank + 1)` over the first `k`, divided by the
 * same sum of the best possible ranking. 0 when nothing is relevant.
 */
export function ndcgAt(k: number, ranked: readonly string[], judged: Judgements): number {
  const gains = ranked.slice(0, k).map((id) => gainOf(id, judged));
  const ideal = [...judged.values()].filter((grade) => grade > 0).toSorted((a, b) => b - a);
  const best = discounted(ideal.slice(0, k));
  return best === 0 ? 0 : discounted(gains) / best;
}

/** 1 / rank of the first relevant document within the first `k`, 0 when there is none. */
export function reciprocalRankAt(k: number, ranked: readonly string[], judged: Judgements): number {
  const index = ranked.slice(0, k).findIndex((id) => gainOf(id, judged) > 0);
  return index === -1 ? 0 : 1 / (index + 1);
}

/** Share of the relevant documents that are within the first `k`. 0 when nothing is relevant. */
export function recallAt(k: number, ranked: readonly string[], judged: Judgements): number {
  const relevant = [...judged.values()].filter((grade) => grade > 0).length;
  const found = ranked.slice(0, k).filter((id) => gainOf(id, judged) > 0).length;
  return relevant === 0 ? 0 : found / relevant;
}

/** 1 when a relevant document is within the first `k`, else 0. */
export function successAt(k: number, ranked: readonly string[], judged: Judgements): number {
  return reciprocalRankAt(k, ranked, judged) > 0 ? 1 : 0;
}

/** Arithmetic mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The smallest value that at least `share` (0-1) of the values do not exceed (nearest rank);
 * 0 of nothing.
 */
export function percentile(share: number, values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function gainOf(id: string, judged: Judgements): number {
  return Math.max(0, judged.get(id) ?? 0);
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, index) => sum + gain / Math.log2(index + 2), 0);
}
