import type { QueryPlan } from "../query/plan-query.ts";
import type { EvidenceTable } from "./evidence.ts";
import { planWeight, type Ranked } from "./rerank.ts";
import { HEADINGS, SCORE_SCALE, TITLE } from "./scoring.ts";

/** What an answer's confidence is made of; each 0 to 1. */
export interface ConfidenceFeatures {
  /** Share of the query's weight that the best hit holds. */
  readonly coverage: number;
  /** Share of the query's weight that any document holds. */
  readonly known: number;
  /** Share of the query's weight that is in the best hit's title or headings. */
  readonly titleCoverage: number;
  /** How near the query's words stand together in the best hit. */
  readonly nearness: number;
  /** The best hit's BM25F score over the most that any document could have. */
  readonly relativeScore: number;
  /** Content words of the query. */
  readonly words: number;
}

/**
 * How likely it is that the documentation answers the query at all: 0 for certainly not, 1 for
 * certainly. Logistic in the features.
 */
export function confidenceOf(features: ConfidenceFeatures): number {
  const { coverage, known, titleCoverage, nearness, relativeScore } = features;
  const evidence =
    -4 + 4 * coverage + 1 * known + 1 * titleCoverage + 1 * nearness + 2 * relativeScore;
  return 1 / (1 + Math.exp(-evidence));
}

/** The features of an answer whose best hit is `best`. */
export function confidenceFeatures(
  best: Ranked,
  evidence: EvidenceTable,
  plan: QueryPlan,
): ConfidenceFeatures {
  const total = planWeight(plan);
  const first = best.row * evidence.wordCount;
  const share = (accepts: (word: number) => boolean): number =>
    plan.words.reduce((sum, { weight }, word) => sum + (accepts(word) ? weight : 0), 0) / total;
  const inTitle = (1 << TITLE) | (1 << HEADINGS);
  const pairs = plan.words.length - 1;
  let nearness = 0;
  for (let word = 1; word <= pairs; word++) nearness += evidence.nearness[first + word]!;
  return {
    coverage: share((word) => evidence.fields[first + word] !== 0),
    known: share((word) => plan.words[word]!.state !== "unknown"),
    titleCoverage: share((word) => (evidence.fields[first + word]! & inTitle) !== 0),
    nearness: pairs === 0 ? 1 : nearness / pairs,
    relativeScore: Math.min(1, best.candidate.score / SCORE_SCALE / total),
    words: plan.words.length,
  };
}
