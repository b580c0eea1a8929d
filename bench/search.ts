/**
 * Search beside its peers: build rate, peak memory, file size, open time, query times.
 *
 *     npm run build && npm --prefix bench ci
 *     node --import tsx bench/search.ts [--quick] [--folder DIR] [--sections N] [--only NAME]
 *
 * Sections come from the Markdown and text files of a folder, multiplied when they are too few, or
 * are made up. `--quick` takes 5,000 of them; without it 100,000 are measured, and a million with
 * `--sections 1000000`. Every step runs in a process of its own, and prints a line of a table. An
 * engine has 20 seconds to warm up and 20 for each kind of query; what it was not asked is said.
 */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  createWriteStream,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
const QUERY_BUDGET_MS = 20_000;
/** Sections of which a line of progress is printed while an index is built. */
const PROGRESS_SECTIONS = 100_000;
const READ_BYTES = 1 << 20;

/** What the steps of an engine print for the step that started them. */
interface Built {
  readonly sectionsPerSecond: number;
  readonly peakMb: number;
  readonly fileMb: number;
}
interface Times {
  readonly asked: number;
  readonly p50: number;
  readonly p99: number;
}
interface Queried {
  readonly openMs: number;
  readonly servingMb: number;
  readonly words: Times;
  readonly names: Times;
}

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
if (step === "build") build(engineName, folder);
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
    const measured = new Map<string, Queried>();
    for (const name of Object.keys(ENGINES)) {
      if (options.only !== undefined && options.only !== name) continue;
      const queried = measure(name, work, queries.natural.length + queries.identifiers.length);
      if (queried) measured.set(name, queried);
    }
    printRatios(measured);
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Runs both steps of an engine and prints its line. */
function measure(name: string, work: string, queryCount: number): Queried | undefined {
  const [built, queried] = ["build", "query"].map((each): string | undefined => {
    const args = ["--import", "tsx", fileURLToPath(import.meta.url), each, name, work];
    const child = spawnSync(process.execPath, ["--max-old-space-size=8192", ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    return child.status === 0 ? child.stdout : undefined;
  });
  if (built === undefined || queried === undefined) {
    console.log(`| ${name} | did not run: is it installed in bench/? |`);
    return undefined;
  }
  const { sectionsPerSecond, peakMb, fileMb } = JSON.parse(built) as Built;
  const result = JSON.parse(queried) as Queried;
  const { openMs, servingMb, words, names } = result;
  const asked = words.asked + names.asked;
  const cells = [
    asked < queryCount ? `${name} (${asked} of ${queryCount} queries)` : name,
    ...[sectionsPerSecond.toFixed(0), peakMb.toFixed(0), fileMb.toFixed(1)],
    ...[openMs.toFixed(0), servingMb.toFixed(0)],
    ...[words, names].map(({ p50, p99 }) => `${p50.toFixed(2)} / ${p99.toFixed(2)}`),
  ];
  console.log(`| ${cells.join(" | ")} |`);
  return result;
}

/** How many times as long as the first engine the others take. */
function printRatios(measured: ReadonlyMap<string, Queried>): void {
  const [first, ...others] = measured;
  if (!first) return;
  const [name, own] = first;
  for (const [other, { words, names }] of others) {
    const ratios = [words.p50 / own.words.p50, names.p50 / own.names.p50];
    const [inWords, inNames] = ratios.map((ratio) => ratio.toFixed(1));
    console.log(
      `\n${other} takes ${inWords} (words) and ${inNames} (names) times as long as ${name}.`,
    );
  }
}

function build(name: string, work: string): void {
  const engine = ENGINES[name]!;
  const path = join(work, `${name}.index`);
  const reader = { readingMs: 0, count: 0 };
  const start = performance.now();
  engine.build(readSectionsOf(join(work, "sections.jsonl"), reader), path);
  const seconds = (performance.now() - start - reader.readingMs) / 1000;
  const built: Built = {
    sectionsPerSecond: reader.count / seconds,
    peakMb: peakMb(),
    fileMb: engine.fileBytes(path) / 1e6,
  };
  console.log(JSON.stringify(built));
}

function peakMb(): number {
  return process.resourceUsage().maxRSS / 1000;
}

function query(name: string, work: string): void {
  const queries: { natural: string[]; identifiers: string[] } = JSON.parse(
    readFileSync(join(work, "queries.json"), "utf8"),
  );
  const before = process.memoryUsage().rss;
  const start = performance.now();
  const search = ENGINES[name]!.open(join(work, `${name}.index`));
  const openMs = performance.now() - start;
  // Once for the compiler; every engine is warm when it is measured.
  timesOf([...queries.natural, ...queries.identifiers], search);
  const words = timesOf(queries.natural, search);
  const names = timesOf(queries.identifiers, search);
  // Node itself takes 45 MB, and the loader that runs TypeScript some more.
  const servingMb = (process.memoryUsage().rss - before) / 1e6;
  const queried: Queried = { openMs, servingMb, words, names };
  console.log(JSON.stringify(queried));
}

/** Asks one query after another until all are asked or the time is up. */
function timesOf(list: readonly string[], search: (query: string) => unknown): Times {
  const taken: number[] = [];
  const end = performance.now() + QUERY_BUDGET_MS;
  for (const each of list) {
    const asked = performance.now();
    if (asked > end) break;
    search(each);
    taken.push(performance.now() - asked);
  }
  taken.sort((a, b) => a - b);
  const at = (share: number): number => taken[Math.floor(taken.length * share)] ?? 0;
  return { asked: taken.length, p50: at(0.5), p99: at(0.99) };
}

async function writeSections(sections: readonly BenchSection[], path: string): Promise<void> {
  const out = createWriteStream(path);
  for (const section of sections) {
    if (!out.write(`${JSON.stringify(section)}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}

/**
 * Sections one after another, so that the peak of memory is the engine's own; what reading them
 * takes is added up, to be taken off.
 */
function* readSectionsOf(
  path: string,
  reader: { readingMs: number; count: number },
): Generator<BenchSection> {
  const file = openSync(path, "r");
  const chunk = Buffer.alloc(READ_BYTES);
  let rest = Buffer.alloc(0);
  for (;;) {
    const start = performance.now();
    const bytes = readSync(file, chunk);
    const text = Buffer.concat([rest, chunk.subarray(0, bytes)]);
    const end = bytes === 0 ? text.length : text.lastIndexOf(10) + 1;
    const lines = text.toString("utf8", 0, end).split("\n");
    const sections = lines.filter((line) => line !== "").map((line) => JSON.parse(line));
    rest = text.subarray(end);
    reader.readingMs += performance.now() - start;
    for (const section of sections as BenchSection[]) {
      yield section;
      reader.count += 1;
      if (reader.count % PROGRESS_SECTIONS === 0) {
        console.error(`${reader.count} sections, ${peakMb().toFixed(0)} MB at most`);
      }
    }
    if (bytes === 0) break;
  }
  closeSync(file);
}
