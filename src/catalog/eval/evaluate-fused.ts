import {
  DEPTH,
  type QueryOutcome,
  type Summary,
  scoresOf,
  summarize,
} from "../../search/eval/measure.ts";
import type { Catalog } from "../catalog.ts";
import { answersOf } from "./evaluate-catalog.ts";
import type { CatalogQuestion } from "./question.ts";

/** The measures of search by words and meaning, to be seen beside those of search by words. */
export interface FusedEvaluation extends Summary {
  /** Questions that were answered by words all the same; many of them make the measures useless. */
  readonly byWordsOnly: number;
  /** Why, in the words of the first of them. */
  readonly notice?: string;
}

/** Asks every question by meaning too; undefined when the catalog has no semantic search. */
export async function evaluateFused(
  catalog: Catalog,
  questions: readonly CatalogQuestion[],
): Promise<FusedEvaluation | undefined> {
  const { searchSemantically } = catalog;
  if (!searchSemantically) return undefined;
  const outcomes: QueryOutcome<CatalogQuestion>[] = [];
  const notices: string[] = [];
  for (const question of questions) {
    const { hits, notice } = await searchSemantically(question.text, {
      limit: DEPTH,
      snippetChars: 0,
      language: question.language,
    });
    if (notice !== undefined) notices.push(notice);
    const ranked = answersOf(hits, question);
    outcomes.push({ query: question, ranked, scores: scoresOf(ranked, question) });
  }
  const [notice] = notices;
  return {
    ...summarize(outcomes),
    byWordsOnly: notices.length,
    ...(notice === undefined ? {} : { notice }),
  };
}
