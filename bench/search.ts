/**
 * Search beside its peers: build rate, peak memory, file size, open time, query times.
 *
 *     npm --prefix bench install
 *     node --import tsx bench/search.ts [--quick] [--folder DIR] [--sections N] [--only NAME]
 *
 * Sections come from the Markdown and text files of a folder, multiplied when they are too few, or
 * are made up. `--quick` takes 5,000 of them; without it 100,000 are measured, and a million with
 * `--sections 1000000`. Every step runs in a process of its own, and prints a line of a table.
 */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  type BenchSection,
  makeQueries,
  multiplySections,
  readSections,
  syntheticSections,
} from "./search/corpus.ts";
import { ENGINES } from "./search/engines.ts";

const QUICK_SECTIONS = 5000;
const FULL_SECTIONS = 100_000;
const QUERIES = 500;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    folder: { type: "string" },
    sections: { type: "string" },
    only: { type: "string" },
  },
});

const [step, engineName = "", folder = ""] = positionals;
if (step === "build") await build(engineName, folder);
else if (step === "query") query(engineName, folder);
else await compare();

async function compare(): Promise<void> {
  const count = Number(options.sections ?? (options.quick ? QUICK_SECTIONS : FULL_SECTIONS));
  const work = mkdtempSync(join(tmpdir(), "docport-bench-"));
  try {
    const real = options.folder === undefined ? [] : readSections(options.folder, count);
    const sections = real.length > 0 ? multiplySections(real, count) : syntheticSections(count);
    await writeSections(sections, join(work, "sections.jsonl"));
    const queries = makeQueries(sections.slice(0, FULL_SECTIONS), QUERIES);
    writeFileSync(join(work, "queries.json"), JSON.stringify(queries));
    const bytes = sections.reduce((sum, each) => sum + each.text.length + each.code.length, 0);
    const source = options.folder === undefined ? "made up" : `${real.length} real`;
    console.log(`${count} sections (${source}), ${(bytes / 1e6).toFixed(0)} MB of text\n`);
    console.log(
      "| engine | build, sections/s | peak, MB | file, MB | open, ms | opened, MB more " +
        "| words p50 / p99, ms | names p50 / p99, ms |",
    );
    console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (const name of Object.keys(ENGINES)) {
      if (options.only === undefined || options.only === name) measure(name, work);
    }
  } finally {
    rmSync(work, { recursive: true });
  }
}

function measure(name: string, work: string): void {
  const [built, queried] = ["build", "query"].map((each) => {
    const args = ["--import", "tsx", fileURLToPath(import.meta.url), each, name, work];
    const child = spawnSync(process.execPath, ["--max-old-space-size=8192", ...args], {
      encoding: "utf8",
    });
    return child.status === 0 ? child.stdout.trim() : undefined;
  });
  if (built === undefined || queried === undefined) {
    console.log(`| ${name} | did not run: is it installed in bench/? |`);
  } else console.log(`| ${name} | ${built} | ${queried} |`);
}

async function build(name: string, work: string): Promise<void> {
  const sections = await loadSections(join(work, "sections.jsonl"));
  const engine = ENGINES[name]!;
  const path = join(work, `${name}.index`);
  const start = performance.now();
  engine.build(sections, path);
  const seconds = (performance.now() - start) / 1000;
  // The sections themselves are in memory too; every engine is given them the same way.
  const peak = process.resourceUsage().maxRSS / 1000;
  const file = engine.fileBytes(path) / 1e6;
  console.log(
    [Math.round(sections.length / seconds), peak.toFixed(0), file.toFixed(1)].join(" | "),
  );
}

function query(name: string, work: string): void {
  const queries: { natural: string[]; identifiers: string[] } = JSON.parse(
    readFileSync(join(work, "queries.json"), "utf8"),
  );
  const before = process.memoryUsage().rss;
  const start = performance.now();
  const search = ENGINES[name]!.open(join(work, `${name}.index`));
  const open = performance.now() - start;
  // Once for the compiler; every engine is warm when it is measured.
  for (const each of [...queries.natural, ...queries.identifiers]) search(each);
  const times = [queries.natural, queries.identifiers].map((list) => {
    const taken = list.map((each) => {
      const asked = performance.now();
      search(each);
      return performance.now() - asked;
    });
    const sorted = taken.toSorted((a, b) => a - b);
    const at = (share: number): string => sorted[Math.floor(sorted.length * share)]!.toFixed(2);
    return `${at(0.5)} / ${at(0.99)}`;
  });
  // Node itself takes 45 MB, and the loader that runs TypeScript some more.
  const serving = (process.memoryUsage().rss - before) / 1e6;
  console.log([open.toFixed(0), serving.toFixed(0), ...times].join(" | "));
}

async function writeSections(sections: readonly BenchSection[], path: string): Promise<void> {
  const out = createWriteStream(path);
  for (const section of sections) {
    if (!out.write(`${JSON.stringify(section)}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}

async function loadSections(path: string): Promise<BenchSection[]> {
  const sections: BenchSection[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    sections.push(JSON.parse(line) as BenchSection);
  }
  return sections;
}
