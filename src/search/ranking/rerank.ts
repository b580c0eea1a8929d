import type { QueryPlan } from "../query/plan-query.ts";
import type { Evidence } from "./evidence.ts";
import { RERANK, SCORE_SCALE, TITLE } from "./scoring.ts";

/** A document of the first stage. */
export interface Candidate {
  /** Its number in the whole index. */
  readonly document: number;
  /** A key that the sections of one page share. */
  readonly group: string;
  /** BM25F in parts of `SCORE_SCALE`. */
  readonly score: number;
  readonly evidence: Evidence;
}

export interface Ranked extends Candidate {
  /** The second stage's score, what hits are ordered by. */
  readonly rank: number;
}

/** What the words of a plan weigh together. */
export function planWeight(plan: QueryPlan): number {
  return plan.words.reduce((sum, word) => sum + word.weight, 0);
}

/** Orders candidates by score, nearness, title and page together; the earlier document wins ties. */
export function rerank(candidates: readonly Candidate[], plan: QueryPlan): Ranked[] {
  const pages = pageScores(candidates, plan);
  const total = planWeight(plan);
  return candidates
    .map((candidate) => {
      const { evidence } = candidate;
      const page = pages.get(candidate.group) ?? 0;
      const rank =
        candidate.score / SCORE_SCALE +
        RERANK.proximity * nearnessScore(evidence, plan) +
        titleScore(evidence, plan, total) +
        RERANK.exactForm * exactScore(evidence, plan) +
        RERANK.page * page;
      return { ...candidate, rank };
    })
    .toSorted((a, b) => b.rank - a.rank || a.document - b.document);
}

function nearnessScore(evidence: Evidence, plan: QueryPlan): number {
  let score = 0;
  for (let word = 1; word < plan.words.length; word++) {
    const weight = Math.min(plan.words[word]!.weight, plan.words[word - 1]!.weight);
    score += evidence.nearness[word]! * weight;
  }
  return score;
}

/** How much of the title the query is, times how much of the query the title is. */
function titleScore(evidence: Evidence, plan: QueryPlan, total: number): number {
  if (evidence.titleMatches === 0 || total === 0) return 0;
  let inTitle = 0;
  for (const [word, { weight }] of plan.words.entries()) {
    if ((evidence.fieldsOfWord[word]! & (1 << TITLE)) !== 0) inTitle += weight;
  }
  const share = evidence.titleMatches / Math.max(1, evidence.titleWords);
  const isExact = share === 1 && inTitle >= total;
  return RERANK.title * share * inTitle + (isExact ? RERANK.exactTitle * total : 0);
}

function exactScore(evidence: Evidence, plan: QueryPlan): number {
  let score = 0;
  for (const [word, { weight }] of plan.words.entries()) score += evidence.isExact[word]! * weight;
  return score;
}

/** By page: the weight of the query's words that any of its candidates holds, and its best score. */
function pageScores(
  candidates: readonly Candidate[],
  plan: QueryPlan,
): ReadonlyMap<string, number> {
  const found = new Map<string, { best: number; words: Uint8Array }>();
  for (const { group, score, evidence } of candidates) {
    const page = found.get(group) ?? { best: 0, words: new Uint8Array(plan.words.length) };
    found.set(group, page);
    page.best = Math.max(page.best, score / SCORE_SCALE);
    for (const [word, fields] of evidence.fieldsOfWord.entries()) page.words[word]! |= fields;
  }
  return new Map(
    Array.from(found, ([group, { best, words }]) => {
      const covered = plan.words.reduce(
        (sum, { weight }, word) => sum + (words[word] === 0 ? 0 : weight),
        0,
      );
      return [group, best + covered];
    }),
  );
}
