import {
  DEPTH,
  measure,
  type QueryOutcome,
  type Summary,
  summarize,
  timeQueries,
} from "../../search/eval/measure.ts";
import type { Catalog, CatalogHit } from "../catalog.ts";
import type { CatalogQuestion } from "./question.ts";

/** How well a catalog answered its questions. */
export interface CatalogEvaluation {
  readonly title: string;
  readonly overall: Summary;
  /** Of a search as users make it: ten hits with snippets. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly byOrigin: ReadonlyMap<string, Summary>;
  readonly byLanguage: ReadonlyMap<string, Summary>;
  readonly byPart: ReadonlyMap<string, Summary>;
  /** In the order of the questions. */
  readonly outcomes: readonly QueryOutcome<CatalogQuestion>[];
}

/** Asks every question and scores the answers. `now` counts milliseconds, for the times. */
export function evaluateCatalog(
  catalog: Catalog,
  questions: readonly CatalogQuestion[],
  now: () => number,
): CatalogEvaluation {
  const outcomes = measure(questions, (question) => {
    const { hits } = catalog.search(question.text, {
      limit: DEPTH,
      snippetChars: 0,
      language: question.language,
    });
    return answersOf(hits, question);
  });
  const times = timeQueries(
    questions,
    (question) => catalog.search(question.text, { language: languageOf(question) }),
    now,
  );
  return {
    title: catalog.facts.title,
    overall: summarize(outcomes),
    ...times,
    byOrigin: grouped(outcomes, ({ origin }) => origin),
    byLanguage: grouped(outcomes, languageOf),
    byPart: grouped(outcomes, ({ part }) => part),
    outcomes,
  };
}

/** Rank of the first right answer, from 1; undefined when it is not among the hits. */
export function rankOf({ ranked, query }: QueryOutcome): number | undefined {
  const index = ranked.findIndex((id) => (query.judged.get(id) ?? 0) > 0);
  return index === -1 ? undefined : index + 1;
}

/** Hits in the terms in which the question is judged; a page counts where it is met first. */
export function answersOf(hits: readonly CatalogHit[], { level }: CatalogQuestion): string[] {
  return level === "section"
    ? hits.map((hit) => hit.id)
    : [...new Set(hits.map((hit) => hit.pageId))];
}

function languageOf(question: CatalogQuestion): string {
  return question.language;
}

function grouped(
  outcomes: readonly QueryOutcome<CatalogQuestion>[],
  keyOf: (question: CatalogQuestion) => string,
): Map<string, Summary> {
  const groups = new Map<string, QueryOutcome<CatalogQuestion>[]>();
  for (const outcome of outcomes) {
    const key = keyOf(outcome.query);
    groups.set(key, [...(groups.get(key) ?? []), outcome]);
  }
  const largestFirst = [...groups].toSorted((a, b) => b[1].length - a[1].length);
  return new Map(largestFirst.map(([key, group]) => [key, summarize(group)]));
}
