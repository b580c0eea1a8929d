/** Damps the first ranks; 60 is the value of the paper, and what engines use. */
const RANK_CONSTANT = 60;

export interface Fused<T> {
  readonly item: T;
  /** Sum of `1 / (60 + rank)` over the rankings that have it, ranks from 1. */
  readonly score: number;
}

/**
 * Reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009): one ranking of all items that are
 * in any of several, each of which has an item once. On a tie, what was met first stays first: in
 * the first ranking, then in the next.
 */
export function fuseRanks<T>(rankings: readonly (readonly T[])[]): Fused<T>[] {
  const scores = new Map<T, number>();
  for (const ranking of rankings) {
    for (const [index, item] of ranking.entries()) {
      scores.set(item, (scores.get(item) ?? 0) + 1 / (RANK_CONSTANT + index + 1));
    }
  }
  return Array.from(scores, ([item, score]) => ({ item, score })).toSorted(
    (a, b) => b.score - a.score,
  );
}
