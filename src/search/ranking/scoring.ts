/**
 * Every constant that decides a rank. Those of {@link FIELD_SCORING} and {@link K1} are also in the
 * score bounds of an index file, so a file made under others is refused as of another version.
 */

/** The fields of a document, in the order in which the index packs them. */
export const FIELDS = ["title", "headings", "text", "code"] as const;
export type Field = (typeof FIELDS)[number];
export const TITLE = 0;
export const HEADINGS = 1;
export const TEXT = 2;
export const CODE = 3;

/**
 * BM25F: how much an occurrence in a field counts, and how far a field's length discounts it
 * (0 not at all, 1 in full).
 */
export const FIELD_SCORING: Readonly<
  Record<Field, { readonly weight: number; readonly b: number }>
> = {
  title: { weight: 3, b: 0.6 },
  headings: { weight: 1.5, b: 0.3 },
  text: { weight: 1, b: 0.75 },
  code: { weight: 0.7, b: 0.75 },
};

/** BM25: how fast further occurrences stop counting. */
export const K1 = 1.5;

/** Occurrences are counted in quarters, so that parts of an identifier can count less than words. */
export const FULL_UNITS = 4;
/** An occurrence as a component of a dotted name. */
export const MOST_UNITS = 3;
/** An occurrence as a piece of a name. */
export const HALF_UNITS = 2;

/**
 * Scores are whole numbers of this part of a unit while documents are compared, so that a sum does
 * not depend on the order of its terms and skipping can be exact.
 */
export const SCORE_SCALE = 65536;

/** What a query term counts by the way it came out of the query's word. */
export const ROLE_WEIGHT = {
  word: 1,
  whole: 1,
  joined: 1,
  hyphenated: 0.3,
  component: 0.5,
  part: 0.3,
} as const;
/** The same when the whole identifier is in no document. */
export const ROLE_WEIGHT_WITHOUT_WHOLE = {
  word: 1,
  whole: 1,
  joined: 1,
  hyphenated: 0.3,
  component: 0.9,
  part: 0.6,
} as const;
/** The components and parts of an identifier together, beside the whole, at most. */
export const PARTS_SHARE = 0.6;
/** Two words of the query written as one (`flat map` as `flatmap`). */
export const JOINED_PAIR_WEIGHT = 0.5;
/** A compound that a word of the query is a part of. */
export const COMPOUND_OF_WORD_WEIGHT = 0.2;
/** The same when the word stands nowhere alone. */
export const COMPOUND_OF_UNKNOWN_WEIGHT = 0.5;
/** A part of a compound that the query has, and documents too. */
export const PART_OF_COMPOUND_WEIGHT = 0.25;
/** A word that stands in for one that no document holds. */
export const TYPO_WEIGHT = 0.7;
export const COMPOUND_WEIGHT = 0.7;
export const PREFIX_WEIGHT = 0.6;

/** Second stage, each times the query's greatest possible score or a pair's lesser idf. */
export const RERANK = {
  /** Neighbouring words of the query that stand near each other in the document too. */
  proximity: 0.8,
  /** Share of the query's weight that the title holds, times the share of the title it is. */
  title: 0.3,
  /** The title is the query. */
  exactTitle: 0.2,
  /** What the page holds of the query beyond the section itself. */
  page: 0.15,
  /** The query's very spelling (diacritics, inflection), by weight of the words. */
  exactForm: 0.03,
  /** The same for an identifier: it is meant as it is written. */
  exactIdentifier: 0.5,
} as const;

/** How much nearness of two words is half of what any amount can be worth. */
export const NEARNESS_SATURATION = 2;

/** Documents that the second stage looks at, at least. */
export const RERANK_DEPTH = 32;
