import * as z from "zod";
import { DocportError } from "../../lib/errors.ts";
import type { CatalogEvaluation } from "./evaluate-catalog.ts";

/** What `docport eval --json` prints, and what `--baseline` reads back. */
export interface EvaluationJson {
  readonly "ndcg@10": number;
  readonly "mrr@10": number;
  readonly "recall@100": number;
  readonly "success@1": number;
  readonly queries: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly byOrigin: Readonly<Record<string, object>>;
  readonly byLanguage: Readonly<Record<string, object>>;
  readonly byPart: Readonly<Record<string, object>>;
  /** nDCG@10 of each question by its id. */
  readonly perQuestion: Readonly<Record<string, number>>;
  /** Golden questions whose right answer is not in the documentation any more. */
  readonly lost: readonly string[];
}

/** What is read of an earlier run. */
export interface Baseline {
  readonly "ndcg@10": number;
  readonly "mrr@10": number;
  readonly perQuestion: Readonly<Record<string, number>>;
}

const BaselineSchema: z.ZodType<Baseline> = z.object({
  "ndcg@10": z.number(),
  "mrr@10": z.number(),
  perQuestion: z.record(z.string(), z.number()),
});

export interface Comparison {
  /** True when nDCG@10 or MRR@10 fell by more than the tolerance. */
  readonly isWorse: boolean;
  readonly before: Baseline;
  /** Questions asked in both runs whose nDCG@10 fell, the greatest fall first. */
  readonly fallen: readonly { readonly id: string; readonly from: number; readonly to: number }[];
}

export function evaluationJson(
  evaluation: CatalogEvaluation,
  lost: readonly string[],
): EvaluationJson {
  const { overall, p50Ms, p99Ms, byOrigin, byLanguage, byPart, outcomes } = evaluation;
  return {
    ...overall,
    p50Ms,
    p99Ms,
    byOrigin: Object.fromEntries(byOrigin),
    byLanguage: Object.fromEntries(byLanguage),
    byPart: Object.fromEntries(byPart),
    perQuestion: Object.fromEntries(
      outcomes.map(({ query, scores }) => [query.id, scores["ndcg@10"]]),
    ),
    lost,
  };
}

/** Reads an earlier run. Throws `ERR_EVAL_INPUT` when it is none. */
export function readBaseline(text: string, name: string): Baseline {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notBaseline(name, "it is not JSON", cause);
  }
  const parsed = BaselineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw notBaseline(name, `it has no ${parsed.error.issues[0]?.path.join(".") || "object"}`);
}

/** Compares by the means; `tolerance` is how far one may fall (0.01 is one point in a hundred). */
export function compareWithBaseline(
  now: EvaluationJson,
  before: Baseline,
  tolerance: number,
): Comparison {
  const fallen = Object.entries(now.perQuestion)
    .map(([id, to]) => ({ id, from: before.perQuestion[id] ?? to, to }))
    .filter(({ from, to }) => to < from)
    .toSorted((a, b) => b.from - b.to - (a.from - a.to));
  const isWorse =
    now["ndcg@10"] < before["ndcg@10"] - tolerance || now["mrr@10"] < before["mrr@10"] - tolerance;
  return { isWorse, before, fallen };
}

function notBaseline(name: string, problem: string, cause?: unknown): DocportError {
  return new DocportError("ERR_EVAL_INPUT", `${name}: not a result of docport eval: ${problem}`, {
    hint: `Write one with \`docport eval SOURCE --json > ${name}\`.`,
    ...(cause === undefined ? {} : { cause }),
  });
}
