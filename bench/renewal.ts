/**
 * What following a Hugo site costs, and how long a request may have to wait while the next catalog is
 * made, beside building it anew. The folder is copied.
 *
 *     npx tsx bench/renewal.ts FOLDER
 */
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createConfig } from "../src/config.ts";
import { followCatalog } from "../src/follow-catalog.ts";
import type { LivingEvent } from "../src/living/living-status.ts";
import { loadCatalog } from "../src/load-catalog.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("name a folder with documentation");
const copy = await mkdtemp(join(tmpdir(), "docport-renewal-"));
await cp(folder, copy, { recursive: true });
const names = (await readdir(copy, { recursive: true })).filter((name) => name.endsWith(".md"));
const files: string[] = [];
// What is shorter may be a page without words, which is not served.
for (const name of names) {
  const isPage = /^content\/.*\/[^_]/.test(name) && (await stat(join(copy, name))).size > 2_000;
  if (isPage) files.push(join(copy, name));
}
const config = createConfig({ sources: [copy] }, copy);

let wake: ((event: LivingEvent) => void) | undefined;
await using living = await followCatalog(config, {
  fetch,
  now: Date.now,
  onEvent: (event) => wake?.(event),
});
living.start();
console.log(`${files.length} files, ${living.current.facts.sectionCount} sections`);
console.log("files changed   CPU ms   longest stop ms   p99 ms   rebuilding: CPU ms");
for (const share of [0, 0.01, 0.1, 0.5, 1]) {
  const changed = files.slice(0, Math.max(1, Math.round(files.length * share)));
  const swapped = new Promise<LivingEvent>((resolve) => {
    wake = resolve;
  });
  for (const file of changed) {
    await writeFile(
      file,
      `${await readFile(file, "utf8")}\n\nOne more sentence, number ${share}.\n`,
    );
  }
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const before = process.cpuUsage();
  const event = await swapped;
  const used = process.cpuUsage(before);
  delay.disable();
  if (event.kind !== "swapped") throw new Error(event.kind);
  const start = process.cpuUsage();
  await loadCatalog(config, { fetch, now: Date.now });
  const anew = process.cpuUsage(start);
  const cells = [
    changed.length,
    (used.user + used.system) / 1e3,
    delay.max / 1e6,
    delay.percentile(99) / 1e6,
    (anew.user + anew.system) / 1e3,
  ];
  console.log(cells.map((cell) => cell.toFixed(0).padStart(12)).join(" "));
}
await rm(copy, { recursive: true });
