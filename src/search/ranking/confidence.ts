import type { PlannedWord, QueryPlan } from "../query/plan-query.ts";
import type { EvidenceTable } from "./evidence.ts";
import { nearWeight, planWeight, type Ranked } from "./rerank.ts";
import { HEADINGS, SCORE_SCALE, TITLE } from "./scoring.ts";

/**
 * What an answer's confidence is made of; the shares are 0 to 1. Each is of the hit among the first
 * {@link CONFIDENCE_DEPTH} that has most of it: the right one need not be the first, and a foreign
 * question has none that stands out in any respect.
 */
export interface ConfidenceFeatures {
  /** Share of the query's weight that a hit holds. */
  readonly coverage: number;
  /** Share of the query's words that a hit holds, each counting the same. */
  readonly matchedWords: number;
  /** Share of the query's weight that any document holds. */
  readonly known: number;
  /** Share of the query's weight that is in a hit's title or headings. */
  readonly titleCoverage: number;
  /** Share of the query's weight whose words stand near each other in a hit. */
  readonly nearness: number;
  /** The first hit's BM25F score over the most that any document could have. */
  readonly relativeScore: number;
  /** Content words of the query. */
  readonly words: number;
}

/** Hits that the confidence is looked for in. */
const CONFIDENCE_DEPTH = 10;

/** Below it an answer is "not in this documentation". See docs/quality.md for what it costs. */
export const CONFIDENCE_THRESHOLD = 0.2;

/**
 * Logistic regression over real questions and questions of other documentation, as
 * `npm run calibrate` fits it. Long questions are covered less, hence the logarithm of their words.
 */
const WEIGHTS = {
  constant: -17.7,
  coverage: 3.5,
  matchedWords: 3.6,
  known: 3.5,
  titleCoverage: 6.4,
  nearness: 10.9,
  relativeScore: 8.1,
  logWords: 3,
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

/** The features of an answer with these hits, of which there is one at least. */
export function confidenceFeatures(
  ranked: readonly Ranked[],
  evidence: EvidenceTable,
  plan: QueryPlan,
): ConfidenceFeatures {
  const total = planWeight(plan);
  const weights = Float64Array.from(plan.words, ({ weight }) => weight);
  const best = { coverage: 0, matchedWords: 0, titleCoverage: 0, nearness: 0 };
  for (const { row } of ranked.slice(0, CONFIDENCE_DEPTH)) {
    const held = heldBy(row, evidence, plan);
    best.coverage = Math.max(best.coverage, held.coverage / total);
    best.matchedWords = Math.max(best.matchedWords, held.matchedWords / plan.words.length);
    best.titleCoverage = Math.max(best.titleCoverage, held.titleCoverage / total);
    best.nearness = Math.max(best.nearness, nearWeight(evidence, row, weights) / total);
  }
  const known = plan.words.reduce((sum, { weight, state }) => sum + CERTAINTY[state] * weight, 0);
  const score = (ranked[0]?.candidate.score ?? 0) / SCORE_SCALE;
  return {
    ...best,
    known: known / total,
    relativeScore: Math.min(1, score / total),
    words: plan.words.length,
  };
}

const IN_TITLE = (1 << TITLE) | (1 << HEADINGS);

/** What one document holds of the query's words, by weight and by number. */
function heldBy(
  row: number,
  evidence: EvidenceTable,
  plan: QueryPlan,
): Pick<ConfidenceFeatures, "coverage" | "matchedWords" | "titleCoverage"> {
  const first = row * evidence.wordCount;
  let coverage = 0;
  let matchedWords = 0;
  let titleCoverage = 0;
  for (const [word, { weight, state }] of plan.words.entries()) {
    const certainty = CERTAINTY[state];
    const fields = evidence.fields[first + word]!;
    if (fields === 0) continue;
    coverage += certainty * weight;
    matchedWords += certainty;
    if ((fields & IN_TITLE) !== 0) titleCoverage += certainty * weight;
  }
  return { coverage, matchedWords, titleCoverage };
}
