import type { JudgedQuery } from "./beir.ts";
import { mean, ndcgAt, percentile, recallAt, reciprocalRankAt, successAt } from "./metrics.ts";

/** How deep a ranking is looked at: recall@100 needs a hundred. */
export const DEPTH = 100;

export interface Scores {
  readonly "ndcg@10": number;
  readonly "mrr@10": number;
  readonly "recall@100": number;
  readonly "success@1": number;
}

/** One query, scored. */
export interface QueryOutcome<Query extends JudgedQuery = JudgedQuery> {
  readonly query: Query;
  readonly ranked: readonly string[];
  readonly scores: Scores;
}

export interface Summary extends Scores {
  readonly queries: number;
}

/** Scores the ranking of every query: ids, best first, at most {@link DEPTH} of them. */
export function measure<Query extends JudgedQuery>(
  queries: readonly Query[],
  retrieve: (query: Query) => readonly string[],
): QueryOutcome<Query>[] {
  return queries.map((query) => {
    const ranked = retrieve(query);
    return { query, ranked, scores: scoresOf(ranked, query) };
  });
}

/** Means over queries; each query counts the same. */
export function summarize(outcomes: readonly QueryOutcome[]): Summary {
  const meanOf = (name: keyof Scores): number => mean(outcomes.map(({ scores }) => scores[name]));
  return {
    "ndcg@10": meanOf("ndcg@10"),
    "mrr@10": meanOf("mrr@10"),
    "recall@100": meanOf("recall@100"),
    "success@1": meanOf("success@1"),
    queries: outcomes.length,
  };
}

/**
 * Median and 99th percentile of the milliseconds that a query takes, over all queries, each once
 * after a first unmeasured round that warms the machine up.
 */
export function timeQueries<Query extends JudgedQuery>(
  queries: readonly Query[],
  run: (query: Query) => unknown,
  now: () => number,
): { readonly p50Ms: number; readonly p99Ms: number } {
  for (const query of queries) run(query);
  const times = queries.map((query) => {
    const start = now();
    run(query);
    return now() - start;
  });
  return { p50Ms: percentile(0.5, times), p99Ms: percentile(0.99, times) };
}

/** The measures of one ranking. */
export function scoresOf(ranked: readonly string[], { judged }: JudgedQuery): Scores {
  return {
    "ndcg@10": ndcgAt(10, ranked, judged),
    "mrr@10": reciprocalRankAt(10, ranked, judged),
    "recall@100": recallAt(DEPTH, ranked, judged),
    "success@1": successAt(1, ranked, judged),
  };
}
