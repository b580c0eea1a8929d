/**
 * How well the confidence tells real questions from those of other documentation, and the weights
 * that a logistic regression would give it now. Each folder is a collection in BEIR form; its queries
 * are real questions to it and foreign ones to all the others.
 *
 *     npm run calibrate -- COLLECTION COLLECTION...
 */
import { basename, join } from "node:path";
import { chunksOf } from "../src/cli/eval-questions.ts";
import { readCorpus, readJudgements, readQueries } from "../src/search/eval/beir.ts";
import { indexCollection } from "../src/search/eval/collection-index.ts";
import { CONFIDENCE_THRESHOLD, type ConfidenceFeatures } from "../src/search/ranking/confidence.ts";

interface Asked {
  readonly collection: string;
  readonly isReal: boolean;
  readonly confidence: number;
  /** The features as they are weighed, undefined when nothing was found. */
  readonly inputs: readonly number[] | undefined;
}

const NAMES = [
  ...["coverage", "matchedWords", "known", "titleCoverage", "nearness", "relativeScore"],
  ...["logWords", "constant"],
];

/** Share of the real questions that may be lost. */
const MAX_LOST = 0.02;

const folders = process.argv.slice(2);
if (folders.length < 2) throw new Error("usage: npm run calibrate -- COLLECTION COLLECTION...");
const collections = await Promise.all(
  folders.map(async (folder) => {
    const judgements = await readJudgements(chunksOf(join(folder, "qrels", "test.tsv")));
    return {
      name: basename(folder),
      index: await indexCollection(readCorpus(chunksOf(join(folder, "corpus.jsonl")))),
      queries: await readQueries(chunksOf(join(folder, "queries.jsonl")), judgements),
    };
  }),
);

const asked: Asked[] = collections.flatMap(({ name, index }) =>
  collections.flatMap((source) =>
    source.queries.map(({ text }) => {
      const { confidence, confidenceFeatures } = index.search(text, { snippetChars: 0 });
      const inputs = confidenceFeatures && inputsOf(confidenceFeatures);
      return { collection: name, isReal: source.name === name, confidence, inputs };
    }),
  ),
);

for (const { name } of collections)
  report(
    name,
    asked.filter((one) => one.collection === name),
  );
report("all", asked);
const fitted = fit(asked);
for (const { name } of collections) reportWithout(name);
console.log(NAMES.map((name, i) => `${name} ${(fitted[i] ?? 0).toFixed(1)}`).join(", "));

function inputsOf(features: ConfidenceFeatures): number[] {
  const { coverage, matchedWords, known, titleCoverage, nearness, relativeScore, words } = features;
  const shares = [coverage, matchedWords, known, titleCoverage, nearness, relativeScore];
  return [...shares, Math.log(Math.max(1, words)), 1];
}

function report(name: string, all: readonly Asked[]): void {
  const share = (isReal: boolean): string => {
    const group = all.filter((one) => one.isReal === isReal);
    const answered = group.filter(({ confidence }) => confidence >= CONFIDENCE_THRESHOLD).length;
    return `${answered} of ${group.length} (${((100 * answered) / group.length).toFixed(1)} %)`;
  };
  console.log(`${name.padEnd(24)} answered: real ${share(true)}, foreign ${share(false)}`);
}

/**
 * Fits without a collection, puts the threshold where 2 % of the others' real questions are lost, and
 * tries both on the collection.
 */
function reportWithout(name: string): void {
  const others = asked.filter((one) => one.collection !== name);
  const weights = fit(others);
  const evidence = ({ inputs }: Asked): number =>
    inputs ? inputs.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0) : -Infinity;
  const real = others.filter(({ isReal }) => isReal).map(evidence);
  const threshold = real.toSorted((a, b) => a - b)[Math.floor(real.length * MAX_LOST)] ?? 0;
  const tried = asked
    .filter((one) => one.collection === name)
    .map((one) => ({ ...one, confidence: evidence(one) >= threshold ? 1 : 0 }));
  report(`without ${name}`, tried);
}

/** Gradient descent on standardised inputs; real and foreign questions weigh the same in total. */
function fit(all: readonly Asked[]): number[] {
  const rows = all.flatMap(({ inputs, isReal }) => (inputs ? [{ inputs, isReal }] : []));
  const width = NAMES.length;
  const column = (i: number): number[] => rows.map(({ inputs }) => inputs[i] ?? 0);
  const means = NAMES.map((_, i) => (i === width - 1 ? 0 : meanOf(column(i))));
  const spreads = NAMES.map((_, i) => {
    if (i === width - 1) return 1;
    return Math.sqrt(meanOf(column(i).map((value) => (value - (means[i] ?? 0)) ** 2))) || 1;
  });
  const real = rows.filter(({ isReal }) => isReal).length;
  const standard = rows.map(({ inputs, isReal }) => ({
    inputs: inputs.map((value, i) => (value - (means[i] ?? 0)) / (spreads[i] ?? 1)),
    target: isReal ? 1 : 0,
    weight: 0.5 / (isReal ? real : rows.length - real),
  }));
  const weights = NAMES.map(() => 0);
  for (let step = 0; step < 800; step++) {
    const gradient = weights.map((weight) => 0.001 * weight);
    for (const { inputs, target, weight } of standard) {
      const sum = inputs.reduce((total, value, i) => total + value * (weights[i] ?? 0), 0);
      const error = 1 / (1 + Math.exp(-sum)) - target;
      for (const [i, value] of inputs.entries())
        gradient[i] = (gradient[i] ?? 0) + weight * error * value;
    }
    for (const [i, slope] of gradient.entries()) weights[i] = (weights[i] ?? 0) - 4 * slope;
  }
  const scaled = weights.map((weight, i) => weight / (spreads[i] ?? 1));
  const shift = scaled.reduce((sum, weight, i) => sum + weight * (means[i] ?? 0), 0);
  return scaled.map((weight, i) => (i === width - 1 ? weight - shift : weight));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
