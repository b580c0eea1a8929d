import { DocportError } from "../../lib/errors.ts";
import { badLine, linesOf, objectOfLine, stringField } from "./json-lines.ts";
import type { Judgements } from "./metrics.ts";

/** Most documents or queries of a collection that is read into memory. */
const MAX_ROWS = 5_000_000;

export interface CollectionDocument {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** A query with what is known of its right answers. */
export interface JudgedQuery {
  readonly id: string;
  readonly text: string;
  /** Relevance by document id; at least one is above 0. */
  readonly judged: Judgements;
}

/**
 * Documents of a BEIR `corpus.jsonl`: objects with `_id`, `text` and optionally `title`. Streamed:
 * nothing is kept. Throws `ERR_EVAL_INPUT` naming file and line.
 */
export async function* readCorpus(
  chunks: AsyncIterable<Uint8Array>,
  name = "corpus.jsonl",
): AsyncIterable<CollectionDocument> {
  let rows = 0;
  for await (const line of linesOf(chunks, name)) {
    bounded(++rows, name);
    const object = objectOfLine(line, name);
    yield {
      id: stringField(object, "_id", line, name),
      title: stringField(object, "title", line, name, ""),
      text: stringField(object, "text", line, name, ""),
    };
  }
}

/**
 * The queries of a BEIR `queries.jsonl` (`_id`, `text`) that have a judgement above 0, in the
 * order of the file.
 */
export async function readQueries(
  chunks: AsyncIterable<Uint8Array>,
  judgements: ReadonlyMap<string, Judgements>,
  name = "queries.jsonl",
): Promise<JudgedQuery[]> {
  const queries: JudgedQuery[] = [];
  let rows = 0;
  for await (const line of linesOf(chunks, name)) {
    bounded(++rows, name);
    const object = objectOfLine(line, name);
    const id = stringField(object, "_id", line, name);
    const text = stringField(object, "text", line, name);
    const judged = judgements.get(id);
    if (judged && [...judged.values()].some((grade) => grade > 0))
      queries.push({ id, text, judged });
  }
  if (queries.length === 0) {
    throw new DocportError("ERR_EVAL_INPUT", `${name}: no query has a relevant document`, {
      hint: "Check that the query ids of queries.jsonl and qrels/test.tsv are the same.",
    });
  }
  return queries;
}

/**
 * Judgements of a BEIR `qrels/test.tsv` by query id: tab-separated query id, document id, grade,
 * below one heading line. The four columns of a TREC qrels file are read too.
 */
export async function readJudgements(
  chunks: AsyncIterable<Uint8Array>,
  name = "qrels/test.tsv",
): Promise<Map<string, Map<string, number>>> {
  const judgements = new Map<string, Map<string, number>>();
  let rows = 0;
  for await (const line of linesOf(chunks, name)) {
    bounded(++rows, name);
    const columns = line.text.split(line.text.includes("\t") ? "\t" : /\s+/);
    if (columns.length === 4) columns.splice(1, 1);
    const [query, document, grade] = columns;
    if (line.number === 1 && Number.isNaN(Number(grade))) continue;
    if (columns.length !== 3 || !query || !document || !/^-?\d+(?:\.\d+)?$/.test(grade ?? "")) {
      throw badLine(
        line,
        name,
        `expected query id, document id and grade, got ${line.text.slice(0, 80)}`,
      );
    }
    const judged = judgements.get(query) ?? new Map<string, number>();
    judged.set(document, Number(grade));
    judgements.set(query, judged);
  }
  return judgements;
}

function bounded(rows: number, name: string): void {
  if (rows > MAX_ROWS) {
    throw new DocportError("ERR_EVAL_INPUT", `${name}: over ${MAX_ROWS} lines`, {
      hint: "Evaluate on a part of the collection.",
    });
  }
}
