import type { PlannedWord, QueryPlan } from "../query/plan-query.ts";
import type { EvidenceTable } from "./evidence.ts";
import { nearWeight, planWeight, type Ranked } from "./rerank.ts";
import { HEADINGS, SCORE_SCALE, TITLE } from "./scoring.ts";

/** What an answer's confidence is made of; the shares are 0 to 1. */
export interface ConfidenceFeatures {
  /** Share of the query's weight that the best hit holds. */
  readonly coverage: number;
  /** Share of the query's words that the best hit holds, each counting the same. */
  readonly matchedWords: number;
  /** Share of the query's weight that any document holds. */
  readonly known: number;
  /** Share of the query's weight that is in the best hit's title or headings. */
  readonly titleCoverage: number;
  /** Share of the query's weight whose words stand near each other in the best hit. */
  readonly nearness: number;
  /** The best hit's BM25F score over the most that any document could have. */
  readonly relativeScore: number;
  /** Content words of the query. */
  readonly words: number;
}

/** Below it an answer is "not in this documentation". See docs/quality.md for what it costs. */
export const CONFIDENCE_THRESHOLD = 0.2;

/**
 * Logistic regression over real questions and questions of other documentation, as
 * `npm run calibrate` fits it. Long questions are covered less, hence the logarithm of their words.
 */
const WEIGHTS = {
  constant: -17.3,
  coverage: 4,
  matchedWords: 2.8,
  known: 4.8,
  titleCoverage: 5.9,
  nearness: 17.6,
  relativeScore: 9.6,
  logWords: 2.8,
} as const;

/** What stands in for a word, or a piece of it, may be what was meant, or chance. */
const CERTAINTY: Readonly<Record<PlannedWord["state"], number>> = {
  known: 1,
  replaced: 0.8,
  pieces: 0.5,
  unknown: 0,
};

/**
 * How likely it is that the documentation answers the query at all: 0 for certainly not, 1 for
 * certainly.
 */
export function confidenceOf(features: ConfidenceFeatures): number {
  const evidence =
    WEIGHTS.constant +
    WEIGHTS.coverage * features.coverage +
    WEIGHTS.matchedWords * features.matchedWords +
    WEIGHTS.known * features.known +
    WEIGHTS.titleCoverage * features.titleCoverage +
    WEIGHTS.nearness * features.nearness +
    WEIGHTS.relativeScore * features.relativeScore +
    WEIGHTS.logWords * Math.log(Math.max(1, features.words));
  // A section that holds every word as it was typed is an answer, however little else speaks for it.
  const isComplete = features.coverage > 1 - 1e-9;
  return 1 / (1 + Math.exp(-(isComplete ? Math.max(0, evidence) : evidence)));
}

/** The features of an answer whose best hit is `best`. */
export function confidenceFeatures(
  best: Ranked,
  evidence: EvidenceTable,
  plan: QueryPlan,
): ConfidenceFeatures {
  const total = planWeight(plan);
  const first = best.row * evidence.wordCount;
  const inTitle = (1 << TITLE) | (1 << HEADINGS);
  let coverage = 0;
  let titleCoverage = 0;
  let known = 0;
  let matchedWords = 0;
  for (const [word, { weight, state }] of plan.words.entries()) {
    const certainty = CERTAINTY[state];
    const fields = evidence.fields[first + word]!;
    known += certainty * weight;
    if (fields !== 0) coverage += certainty * weight;
    if ((fields & inTitle) !== 0) titleCoverage += certainty * weight;
    if (fields !== 0) matchedWords += certainty;
  }
  const weights = Float64Array.from(plan.words, ({ weight }) => weight);
  return {
    coverage: coverage / total,
    matchedWords: matchedWords / plan.words.length,
    known: known / total,
    titleCoverage: titleCoverage / total,
    nearness: nearWeight(evidence, best.row, weights) / total,
    relativeScore: Math.min(1, best.candidate.score / SCORE_SCALE / total),
    words: plan.words.length,
  };
}
