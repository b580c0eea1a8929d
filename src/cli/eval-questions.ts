import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import { questionsOf } from "../catalog/eval/corpus-questions.ts";
import { resolveGolden } from "../catalog/eval/golden-questions.ts";
import type { CatalogQuestion } from "../catalog/eval/question.ts";
import { DocportError, messageOf } from "../lib/errors.ts";
import { readJudgements, readQueries } from "../search/eval/beir.ts";
import { type GoldenQuestion, readGolden } from "../search/eval/golden.ts";

export interface Questions {
  readonly questions: readonly CatalogQuestion[];
  /** Ids of golden questions whose right answer is not in the documentation. */
  readonly lost: readonly string[];
}

/**
 * The questions of a golden file (JSON Lines), of a golden folder (BEIR's `queries.jsonl` and
 * `qrels/test.tsv`, whose document ids are page ids, section ids or URLs), or, without either,
 * those that the documentation itself suggests. Throws `ERR_EVAL_INPUT`.
 */
export async function readQuestions(
  golden: string | undefined,
  catalog: Catalog,
): Promise<Questions> {
  if (golden === undefined) return { questions: required(questionsOf(catalog)), lost: [] };
  const { questions, lost } = resolveGolden(await readGoldenAt(golden), catalog);
  return { questions: required(questions), lost: lost.map(({ id, text }) => `${id}: ${text}`) };
}

/** Opens a file of a collection as chunks. Throws `ERR_EVAL_INPUT` when it cannot be read. */
export async function* chunksOf(file: string): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of createReadStream(file)) {
      if (chunk instanceof Uint8Array) yield chunk;
    }
  } catch (cause) {
    throw new DocportError("ERR_EVAL_INPUT", `cannot read ${file}: ${messageOf(cause)}`, {
      hint: "Name a file of JSON Lines, or a folder with queries.jsonl and qrels/test.tsv.",
      cause,
    });
  }
}

async function readGoldenAt(golden: string): Promise<GoldenQuestion[]> {
  const isFolder = (await stat(golden).catch(() => undefined))?.isDirectory() ?? false;
  if (!isFolder) return readGolden(chunksOf(golden), basename(golden));
  const judgements = await readJudgements(chunksOf(join(golden, "qrels", "test.tsv")));
  const queries = await readQueries(chunksOf(join(golden, "queries.jsonl")), judgements);
  return queries.map(({ id, text, judged }) => ({
    id,
    text,
    targets: [...judged].filter(([, grade]) => grade > 0).map(([target]) => target),
  }));
}

function required(questions: readonly CatalogQuestion[]): readonly CatalogQuestion[] {
  if (questions.length > 0) return questions;
  throw new DocportError("ERR_EVAL_INPUT", "there is no question to ask", {
    hint: "Check that the golden set names pages of this documentation by id or URL.",
  });
}
