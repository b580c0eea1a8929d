import type { ConfidenceFeatures } from "./ranking/confidence.ts";

export interface SearchOptions {
  /** Most hits returned. Default 10, at most 100. */
  readonly limit?: number;
  /**
   * Prefer documents in this language (BCP 47, any case); others are given only when there are none
   * or when the collapsed translation exists in no other.
   */
  readonly language?: string;
  /** Only this version. */
  readonly version?: string;
  /** Only documents whose `section` is this or below it (`guide` matches `guide/install`). */
  readonly section?: string;
  /** Characters of a snippet, 0 for none. Default 240. */
  readonly snippetChars?: number;
}

export interface Snippet {
  /** Plain text cut at word borders; `...` is not added. */
  readonly text: string;
  /** Half-open ranges in `text` (UTF-16 units) that the query matched, ascending, disjoint. */
  readonly matches: readonly (readonly [start: number, end: number])[];
  /** True when the snippet does not begin (end) where the field does. */
  readonly cutBefore: boolean;
  readonly cutAfter: boolean;
}

export interface SearchHit {
  /** `IndexDocument.id` and `.group`. */
  readonly id: string;
  readonly group: string;
  readonly score: number;
  readonly snippet: Snippet;
  /** Why it is a hit: the index terms of the query that it holds, and in which fields. */
  readonly matched: readonly { readonly term: string; readonly fields: readonly string[] }[];
  /** Languages in which the same page exists, when translations were collapsed into this hit. */
  readonly translations: readonly string[];
}

export interface SearchResult {
  readonly hits: readonly SearchHit[];
  /** How many documents hold at least one term of the query, filters applied; a lower bound. */
  readonly total: number;
  /** 0-1: how likely it is that the documentation answers the query at all. */
  readonly confidence: number;
  /** What the confidence was made of; absent when nothing was found. */
  readonly confidenceFeatures?: ConfidenceFeatures;
  /** The query as it was understood, when that differs from what was typed (a typo forgiven). */
  readonly corrected?: string;
}
