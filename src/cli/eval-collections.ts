import { basename, join } from "node:path";
import { type JudgedQuery, readCorpus, readJudgements, readQueries } from "../search/eval/beir.ts";
import { indexCollection } from "../search/eval/collection-index.ts";
import { DEPTH, measure, type Summary, summarize, timeQueries } from "../search/eval/measure.ts";
import { mean } from "../search/eval/metrics.ts";
import { ReferenceBm25 } from "../search/eval/reference-bm25.ts";
import { type CommandContext, EXIT_OK } from "./command.ts";
import { chunksOf } from "./eval-questions.ts";

interface CollectionResult extends Summary {
  /** Of a search as users make it: ten hits with snippets. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Scores the engine, as it is when nothing is configured, on test collections. With `json` it prints
 * one JSON object (a line a collection); else a table beside the reference BM25.
 */
export async function evaluateCollections(
  folders: readonly string[],
  json: boolean,
  context: CommandContext,
): Promise<number> {
  const rows: TableRow[] = [];
  for (const folder of folders) {
    const queries = await queriesOf(folder);
    const result = await scoreEngine(folder, queries);
    if (json) context.stdout(`${JSON.stringify(result)}\n`);
    else
      rows.push({
        name: basename(folder),
        result,
        reference: await scoreReference(folder, queries),
      });
    context.signal.throwIfAborted();
  }
  if (!json) context.stdout(renderTable(rows));
  return EXIT_OK;
}

interface TableRow {
  readonly name: string;
  readonly result: CollectionResult;
  readonly reference: Summary;
}

async function queriesOf(folder: string): Promise<JudgedQuery[]> {
  const judgements = await readJudgements(chunksOf(join(folder, "qrels", "test.tsv")));
  return readQueries(chunksOf(join(folder, "queries.jsonl")), judgements);
}

async function scoreEngine(
  folder: string,
  queries: readonly JudgedQuery[],
): Promise<CollectionResult> {
  const index = await indexCollection(readCorpus(chunksOf(join(folder, "corpus.jsonl"))));
  const outcomes = measure(queries, ({ text }) =>
    index.search(text, { limit: DEPTH, snippetChars: 0 }).hits.map(({ id }) => id),
  );
  const times = timeQueries(
    queries,
    ({ text }) => index.search(text),
    () => performance.now(),
  );
  return { ...summarize(outcomes), ...times };
}

async function scoreReference(folder: string, queries: readonly JudgedQuery[]): Promise<Summary> {
  const reference = new ReferenceBm25();
  for await (const { id, title, text } of readCorpus(chunksOf(join(folder, "corpus.jsonl")))) {
    reference.add(id, `${title}\n${text}`);
  }
  return summarize(measure(queries, ({ text }) => reference.search(text, DEPTH)));
}

const HEAD = ["collection", "queries", "nDCG@10", "BM25", "gain", "MRR@10", "BM25"];
const HEAD_REST = ["recall@100", "BM25", "success@1", "p50 ms", "p99 ms"];

function renderTable(rows: readonly TableRow[]): string {
  const cells = rows.map(({ name, result, reference }) => [
    ...[name, String(result.queries)],
    ...[result["ndcg@10"].toFixed(4), reference["ndcg@10"].toFixed(4)],
    gain(result["ndcg@10"], reference["ndcg@10"]),
    ...[result["mrr@10"].toFixed(4), reference["mrr@10"].toFixed(4)],
    ...[result["recall@100"].toFixed(4), reference["recall@100"].toFixed(4)],
    ...[result["success@1"].toFixed(4), result.p50Ms.toFixed(2), result.p99Ms.toFixed(2)],
  ]);
  if (rows.length > 1) {
    const ours = mean(rows.map(({ result }) => result["ndcg@10"]));
    const theirs = mean(rows.map(({ reference }) => reference["ndcg@10"]));
    const padding = HEAD_REST.map(() => "");
    cells.push([
      "mean",
      "",
      ours.toFixed(4),
      theirs.toFixed(4),
      gain(ours, theirs),
      "",
      "",
      ...padding,
    ]);
  }
  const table = [[...HEAD, ...HEAD_REST], ...cells];
  const widths = table[0]?.map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join(" | ")} |`;
  const rule = line((widths ?? []).map((width) => "-".repeat(width)));
  const [head = [], ...body] = table;
  return `${[line(head), rule, ...body.map(line)].join("\n")}\n`;
}

function gain(ours: number, theirs: number): string {
  const percent = theirs === 0 ? 0 : 100 * (ours / theirs - 1);
  return `${percent < 0 ? "" : "+"}${percent.toFixed(1)} %`;
}
