import type { QueryOutcome, Summary } from "../../search/eval/measure.ts";
import type { Catalog } from "../catalog.ts";
import type { Comparison } from "./baseline.ts";
import { type CatalogEvaluation, rankOf } from "./evaluate-catalog.ts";
import type { FusedEvaluation } from "./evaluate-fused.ts";
import type { CatalogQuestion } from "./question.ts";

/** Questions shown of the worst, and of those that fell. */
const MOST_SHOWN = 25;

export interface ReportContext {
  readonly evaluation: CatalogEvaluation;
  readonly catalog: Catalog;
  /** Ids of golden questions whose answer is gone. */
  readonly lost: readonly string[];
  readonly comparison?: Comparison;
  /** The same questions by words and meaning, when there is semantic search. */
  readonly fused?: FusedEvaluation;
}

/** The evaluation as Markdown, for the person who writes the documentation. */
export function evaluationReport(context: ReportContext): string {
  const { evaluation, catalog, lost, comparison, fused } = context;
  const { title, overall, p50Ms, p99Ms, byOrigin, byLanguage, byPart } = evaluation;
  const lines = [
    `# How well search finds: ${inline(title)}`,
    "",
    `${overall.queries} questions. In ${percent(overall["success@1"])} of them the right place is the first hit;` +
      ` a search takes ${p50Ms.toFixed(2)} ms (99 of 100 within ${p99Ms.toFixed(2)} ms).`,
    "",
    ...table(
      "",
      fused
        ? new Map<string, Summary>([
            ["by words", overall],
            ["by words and meaning", fused],
          ])
        : new Map([["all", overall]]),
    ),
    ...(comparison ? comparisonLines(evaluation, comparison) : []),
    ...section("By origin of the question", table("origin", byOrigin)),
    ...(byLanguage.size > 1 ? section("By language", table("language", byLanguage)) : []),
    ...section("By part of the documentation", table("part", byPart)),
    ...worstLines(evaluation, catalog),
    ...(lost.length === 0
      ? []
      : section("Questions whose right page is gone", lost.slice(0, 100).map(item))),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

/** A table of summaries in Markdown, one row a key. */
function table(name: string, rows: ReadonlyMap<string, Summary>): string[] {
  return [
    `| ${name} | questions | nDCG@10 | MRR@10 | recall@100 | first hit right |`,
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...[...rows].map(
      ([key, row]) =>
        `| ${inline(key)} | ${row.queries} | ${row["ndcg@10"].toFixed(3)} | ${row["mrr@10"].toFixed(3)} |` +
        ` ${row["recall@100"].toFixed(3)} | ${percent(row["success@1"])} |`,
    ),
  ];
}

function worstLines(evaluation: CatalogEvaluation, catalog: Catalog): string[] {
  const worst = evaluation.outcomes
    .filter(({ scores }) => scores["mrr@10"] < 1)
    .toSorted((a, b) => a.scores["ndcg@10"] - b.scores["ndcg@10"])
    .slice(0, MOST_SHOWN);
  if (worst.length === 0) return [];
  return section(
    "The worst questions",
    worst.flatMap((outcome) => worstItem(outcome, catalog)),
  );
}

function worstItem(outcome: QueryOutcome<CatalogQuestion>, catalog: Catalog): string[] {
  const { query } = outcome;
  const rank = rankOf(outcome);
  const right = [...query.judged.keys()].slice(0, 3).map((id) => place(id, catalog));
  const winner = outcome.ranked[0];
  const matched = catalog
    .search(query.text, { limit: 1, language: query.language, snippetChars: 0 })
    .hits[0]?.matched.map(({ term, fields }) => `${term} (${fields.join(", ")})`);
  return [
    `- **${inline(query.text)}** (${query.origin}, ${query.language})`,
    `  - right: ${right.join("; ")}, at rank ${rank ?? "none of the first 100"}`,
    winner === undefined
      ? "  - nothing was found"
      : `  - beaten by: ${place(winner, catalog)}, for ${inline((matched ?? []).join(", "))}`,
  ];
}

function comparisonLines(evaluation: CatalogEvaluation, { before, fallen }: Comparison): string[] {
  const { overall } = evaluation;
  return section("Against the baseline", [
    `nDCG@10 ${before["ndcg@10"].toFixed(3)} -> ${overall["ndcg@10"].toFixed(3)},` +
      ` MRR@10 ${before["mrr@10"].toFixed(3)} -> ${overall["mrr@10"].toFixed(3)};` +
      ` ${fallen.length} questions fell.`,
    "",
    ...fallen
      .slice(0, MOST_SHOWN)
      .map(({ id, from, to }) => item(`${id}: ${from.toFixed(2)} -> ${to.toFixed(2)}`)),
  ]);
}

function section(heading: string, lines: readonly string[]): string[] {
  return ["", `## ${heading}`, "", ...lines];
}

function place(id: string, catalog: Catalog): string {
  const found = catalog.resolve(id);
  const title = (found?.section?.headingPath ?? [found?.page.title ?? id]).join(" > ");
  const url = found?.section?.url ?? found?.page.url ?? id;
  return `${inline(title)} <${url.replace(/[<>\s]/g, encodeURIComponent)}>`;
}

function item(text: string): string {
  return `- ${inline(text)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Text of the documentation inside a line or a table cell. */
function inline(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_[\]<>|#]/g, "\\$&")
    .trim();
}
