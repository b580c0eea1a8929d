import type { QueryPlan } from "../query/plan-query.ts";
import type { EvidenceTable } from "./evidence.ts";
import { NEARNESS_SATURATION, RERANK, SCORE_SCALE, TITLE } from "./scoring.ts";

/** A document of the first stage; its place in the list is its row in the evidence. */
export interface Candidate {
  /** Its number in the whole index. */
  readonly document: number;
  /** A number that the sections of one page share. */
  readonly page: number;
  /** BM25F in parts of `SCORE_SCALE`. */
  readonly score: number;
}

export interface Ranked {
  readonly candidate: Candidate;
  /** Its row in the evidence. */
  readonly row: number;
  /** The second stage's score, what hits are ordered by. */
  readonly rank: number;
}

/** What the words of a plan weigh together. */
export function planWeight(plan: QueryPlan): number {
  return plan.words.reduce((sum, word) => sum + word.weight, 0);
}

/** Orders candidates by score, nearness, title and page together; the earlier document wins ties. */
export function rerank(
  candidates: readonly Candidate[],
  evidence: EvidenceTable,
  plan: QueryPlan,
): Ranked[] {
  const pages = pageScores(candidates, evidence, plan);
  const weights = Float64Array.from(plan.words, ({ weight }) => weight);
  const exactWeights = Float64Array.from(
    plan.words,
    ({ weight, isIdentifier }) =>
      weight * (isIdentifier ? RERANK.exactIdentifier : RERANK.exactForm),
  );
  const total = planWeight(plan);
  return candidates
    .map((candidate, row) => {
      const rank =
        candidate.score / SCORE_SCALE +
        wordScores(evidence, row, weights, exactWeights, total) +
        // A page of one section gains nothing by being one.
        RERANK.page *
          ((pages.get(candidate.page) ?? 0) - ownScore(candidate, evidence, row, weights));
      return { candidate, row, rank };
    })
    .toSorted((a, b) => b.rank - a.rank || a.candidate.document - b.candidate.document);
}

/** What nearness, spelling and the title add. */
function wordScores(
  evidence: EvidenceTable,
  row: number,
  weights: Float64Array,
  exactWeights: Float64Array,
  total: number,
): number {
  const first = row * evidence.wordCount;
  let exact = 0;
  let inTitle = 0;
  for (let word = 0; word < weights.length; word++) {
    const weight = weights[word]!;
    exact += evidence.isExact[first + word]! * exactWeights[word]!;
    if ((evidence.fields[first + word]! & (1 << TITLE)) !== 0) inTitle += weight;
  }
  const share = evidence.titleMatches[row]! / Math.max(1, evidence.titleWords[row]!);
  const isTitle = share === 1 && inTitle >= total;
  return (
    RERANK.proximity * nearWeight(evidence, row, weights) +
    exact +
    RERANK.title * share * inTitle +
    (isTitle ? RERANK.exactTitle * total : 0)
  );
}

/** How much weight of the query's words stands near its neighbours; all of it at most. */
export function nearWeight(evidence: EvidenceTable, row: number, weights: Float64Array): number {
  const first = row * evidence.wordCount;
  let near = 0;
  for (let word = 1; word < weights.length; word++) {
    const nearness = evidence.nearness[first + word]!;
    const saturated = nearness / (nearness + NEARNESS_SATURATION);
    near += saturated * Math.min(weights[word]!, weights[word - 1]!);
  }
  return near;
}

/** What a section by itself adds to its page. */
function ownScore(
  { score }: Candidate,
  evidence: EvidenceTable,
  row: number,
  weights: Float64Array,
): number {
  const first = row * evidence.wordCount;
  let own = score / SCORE_SCALE;
  for (let word = 0; word < weights.length; word++) {
    if (evidence.fields[first + word] !== 0) own += weights[word]!;
  }
  return own;
}

/** By page: its best score, and the weight of the query's words that any of its candidates holds. */
function pageScores(
  candidates: readonly Candidate[],
  evidence: EvidenceTable,
  plan: QueryPlan,
): ReadonlyMap<number, number> {
  const { wordCount } = evidence;
  const firstRows = new Map<number, number>();
  const scores = new Map<number, number>();
  const covered = new Uint8Array(candidates.length * wordCount);
  for (const [row, { page, score }] of candidates.entries()) {
    const firstRow = firstRows.get(page) ?? row;
    if (firstRow === row) {
      firstRows.set(page, row);
      // Candidates come best first.
      scores.set(page, score / SCORE_SCALE);
    }
    for (let word = 0; word < wordCount; word++) {
      if (evidence.fields[row * wordCount + word] === 0) continue;
      if (covered[firstRow * wordCount + word]!++ > 0) continue;
      scores.set(page, (scores.get(page) ?? 0) + plan.words[word]!.weight);
    }
  }
  return scores;
}
