import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Baseline, Comparison } from "../catalog/eval/baseline.ts";
import type { CatalogEvaluation } from "../catalog/eval/evaluate-catalog.ts";
import type { FusedEvaluation } from "../catalog/eval/evaluate-fused.ts";
import { filePath, toggle, wholeNumber } from "../config/setting-types.ts";
import { loadConfig } from "../config.ts";
import { DocportError, messageOf } from "../lib/errors.ts";
import type { Summary } from "../search/eval/measure.ts";
import { type Command, type CommandContext, EXIT_FAILURE, EXIT_OK } from "./command.ts";
import { loadCommandConfig } from "./command-config.ts";
import { type CommandLine, type CommandSyntax, readCommandLine } from "./command-line.ts";
import { renderHelp } from "./help.ts";
import { reportLoading } from "./load-report.ts";
import { printable } from "./terminal.ts";

interface EvalOptions {
  readonly golden: string | undefined;
  readonly baseline: string | undefined;
  readonly tolerance: number;
  readonly report: string | undefined;
  readonly collection: string | undefined;
  readonly json: boolean;
}

/** As long as a request for embeddings is given. */
const EMBEDDINGS_TIMEOUT_MS = 15_000;

const SYNTAX: CommandSyntax<EvalOptions> = {
  name: "eval",
  operands: "SOURCE...",
  groups: ["sources", "semantic", "logging"],
  options: {
    golden: {
      flag: "--golden",
      type: filePath("FILE|DIR"),
      fallback: undefined,
      doc:
        "Questions with their right pages: JSON Lines of {question, page}, or a folder in BEIR form." +
        " Without it, questions are made from titles, headings, links and anchors.",
    },
    baseline: {
      flag: "--baseline",
      type: filePath("FILE"),
      fallback: undefined,
      doc: "An earlier --json result; exit with 1 when nDCG@10 or MRR@10 fell below it.",
    },
    tolerance: {
      flag: "--tolerance",
      type: wholeNumber("POINTS", 0, 100),
      fallback: 1,
      doc: "How far the measures may fall, in hundredths. Default: 1.",
    },
    report: {
      flag: "--report",
      type: filePath("FILE.md"),
      fallback: undefined,
      doc: "Write a report in Markdown: the worst questions, and what beat the right page.",
    },
    collection: {
      flag: "--collection",
      type: filePath("DIR"),
      fallback: undefined,
      doc:
        "Evaluate on a BEIR folder (corpus.jsonl, queries.jsonl, qrels/test.tsv) in place of a" +
        " source; further folders may follow. Shown beside a reference BM25.",
    },
    json: { flag: "--json", type: toggle, fallback: false, doc: "Answer with one JSON object." },
  },
};

export const evalCommand: Command = {
  name: "eval",
  summary: "Measure how well search finds the right page.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport eval ./docs --report search.md", "ask what titles, headings and links promise"],
      ["docport eval ./docs --golden questions.jsonl", "ask your own questions"],
      ["docport eval ./docs --golden questions.jsonl --json > baseline.json", "keep the result"],
      [
        "docport eval ./docs --golden questions.jsonl --baseline baseline.json",
        "fail when it got worse",
      ],
      ["docport eval --collection ./scifact --json", "score a test collection"],
    ],
    about:
      "Reads the documentation, asks it questions whose right page is known, and says how often and" +
      " how high the right page came: nDCG@10, MRR@10, recall@100.",
  }),

  async run(args, context) {
    const line = readCommandLine(SYNTAX, args, context.cwd);
    const { collection } = line.options;
    if (collection === undefined) return evaluateSource(line, context);
    await loadConfig({
      ...{ flags: line.flags, env: {}, cwd: context.cwd, needsSources: false },
      ...(line.configFile === undefined ? {} : { configFile: line.configFile }),
    });
    const { evaluateCollections } = await import("./eval-collections.ts");
    const folders = [collection, ...line.operands.map((folder) => resolve(context.cwd, folder))];
    return evaluateCollections(folders, line.options.json, context);
  },
};

async function evaluateSource(
  line: CommandLine<EvalOptions>,
  context: CommandContext,
): Promise<number> {
  const { options } = line;
  const given = await loadCommandConfig(line, line.operands, context);
  // What is measured is the ranking, not the endpoint's speed.
  const config = { ...given, embeddingsTimeoutInMs: EMBEDDINGS_TIMEOUT_MS };
  const baseline =
    options.baseline === undefined ? undefined : await loadBaseline(options.baseline);
  const { readQuestions } = await import("./eval-questions.ts");
  const { loadCatalog } = await import("../load-catalog.ts");
  const catalog = await reportLoading(config, context, (load) => loadCatalog(config, load));
  const { questions, lost } = await readQuestions(options.golden, catalog);
  const { evaluateCatalog } = await import("../catalog/eval/evaluate-catalog.ts");
  const { evaluationJson, compareWithBaseline } = await import("../catalog/eval/baseline.ts");
  const evaluation = evaluateCatalog(catalog, questions, () => performance.now());
  const { evaluateFused } = await import("../catalog/eval/evaluate-fused.ts");
  const fused = await evaluateFused(catalog, questions);
  const json = { ...evaluationJson(evaluation, lost), ...(fused ? { fused } : {}) };
  const comparison = baseline && compareWithBaseline(json, baseline, options.tolerance / 100);
  if (options.report !== undefined) {
    const { evaluationReport } = await import("../catalog/eval/evaluation-report.ts");
    const markdown = evaluationReport({
      ...{ evaluation, catalog, lost },
      ...(comparison === undefined ? {} : { comparison }),
      ...(fused === undefined ? {} : { fused }),
    });
    await writeFile(options.report, markdown);
  }
  context.stdout(
    options.json ? `${JSON.stringify(json, null, 2)}\n` : summaryText(evaluation, lost, fused),
  );
  if (!comparison?.isWorse) return EXIT_OK;
  context.stderr(worseText(evaluation, comparison, options.tolerance));
  return EXIT_FAILURE;
}

async function loadBaseline(file: string): Promise<Baseline> {
  const { readBaseline } = await import("../catalog/eval/baseline.ts");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new DocportError("ERR_EVAL_INPUT", `cannot read baseline ${file}: ${messageOf(cause)}`, {
      hint: "Make one with `docport eval SOURCE --json > FILE`.",
      cause,
    });
  }
  return readBaseline(text, file);
}

function summaryText(
  { overall, p50Ms, p99Ms, outcomes }: CatalogEvaluation,
  lost: readonly string[],
  fused: FusedEvaluation | undefined,
): string {
  const missed = outcomes.filter(({ scores }) => scores["mrr@10"] === 0);
  const lines = [
    `questions        ${overall.queries}`,
    `nDCG@10          ${overall["ndcg@10"].toFixed(3)}`,
    `MRR@10           ${overall["mrr@10"].toFixed(3)}`,
    `recall@100       ${overall["recall@100"].toFixed(3)}`,
    `first hit right  ${(100 * overall["success@1"]).toFixed(1)} %`,
    `time a search    ${p50Ms.toFixed(2)} ms (p99 ${p99Ms.toFixed(2)} ms)`,
    ...(fused ? ["", ...fusedLines(overall, fused)] : []),
    ...(missed.length === 0 ? [] : ["", `Not among the first ten (${missed.length}):`]),
    ...missed.slice(0, 10).map(({ query }) => `  ${printable(query.text)}`),
    ...(lost.length === 0 ? [] : ["", `Their page is gone (${lost.length}):`]),
    ...lost.slice(0, 10).map((one) => `  ${printable(one)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function fusedLines(words: Summary, fused: FusedEvaluation): string[] {
  const row = (name: string, key: keyof Summary): string =>
    `${name.padEnd(17)}${words[key].toFixed(3)} -> ${fused[key].toFixed(3)}`;
  return [
    "By words -> by words and meaning:",
    row("nDCG@10", "ndcg@10"),
    row("MRR@10", "mrr@10"),
    row("recall@100", "recall@100"),
    row("success@1", "success@1"),
    ...(fused.byWordsOnly === 0
      ? []
      : [`${fused.byWordsOnly} questions were answered by words only: ${fused.notice ?? ""}`]),
  ];
}

function worseText(
  { overall }: CatalogEvaluation,
  { before, fallen }: Comparison,
  tolerance: number,
): string {
  const lines = [
    `Search got worse: nDCG@10 ${before["ndcg@10"].toFixed(3)} -> ${overall["ndcg@10"].toFixed(3)},` +
      ` MRR@10 ${before["mrr@10"].toFixed(3)} -> ${overall["mrr@10"].toFixed(3)}` +
      ` (at most ${(tolerance / 100).toFixed(2)} less was allowed).`,
    ...fallen
      .slice(0, 10)
      .map(({ id, from, to }) => `  ${from.toFixed(2)} -> ${to.toFixed(2)}  ${printable(id)}`),
  ];
  return `${lines.join("\n")}\n`;
}
