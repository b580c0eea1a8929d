/**
 * The quality of search beside its peers: nDCG@10 and MRR@10 on test collections in BEIR form, every
 * engine as its users get it, asked the words of the question. FTS5 is asked for any of them.
 *
 *     npm run build && npm --prefix bench ci
 *     node --import tsx bench/quality.ts COLLECTION COLLECTION...
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { chunksOf } from "../src/cli/eval-questions.ts";
import { readCorpus, readJudgements, readQueries } from "../src/search/eval/beir.ts";
import { mean, ndcgAt, reciprocalRankAt } from "../src/search/eval/metrics.ts";
import type { BenchSection } from "./search/corpus.ts";
import { ENGINES } from "./search/engines.ts";

const work = mkdtempSync(join(tmpdir(), "docport-bench-"));
try {
  console.log("| collection | engine | nDCG@10 | MRR@10 |\n| --- | --- | ---: | ---: |");
  for (const folder of process.argv.slice(2)) await compare(folder);
} finally {
  rmSync(work, { recursive: true });
}

async function compare(folder: string): Promise<void> {
  const judgements = await readJudgements(chunksOf(join(folder, "qrels", "test.tsv")));
  const queries = await readQueries(chunksOf(join(folder, "queries.jsonl")), judgements);
  const sections: BenchSection[] = [];
  for await (const { id, title, text } of readCorpus(chunksOf(join(folder, "corpus.jsonl")))) {
    sections.push({ id, group: id, title, text, code: "" });
  }
  for (const [name, engine] of Object.entries(ENGINES)) {
    const path = join(work, `${name}.index`);
    engine.build(sections, path);
    const search = engine.open(path);
    const ranked = queries.map(({ text, judged }) => ({ ids: search(text), judged }));
    const ndcg = mean(ranked.map(({ ids, judged }) => ndcgAt(10, ids, judged)));
    const mrr = mean(ranked.map(({ ids, judged }) => reciprocalRankAt(10, ids, judged)));
    console.log(`| ${basename(folder)} | ${name} | ${ndcg.toFixed(4)} | ${mrr.toFixed(4)} |`);
  }
}
