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
