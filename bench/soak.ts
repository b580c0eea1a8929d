/**
 * Whether memory is flat: many requests of every kind over sockets, while the index is built anew
 * and swapped again and again. Prints a table for docs/soak.md, and exits with 1 when memory grew.
 *
 *     node --import tsx bench/soak.ts [--requests N] [--swaps N] [--folder DIR]
 *
 * The full run is `--requests 2000000 --swaps 200`. The server is a process of its own, with
 * metrics and the file of unanswered queries on; memory is measured after a full collection.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Kind, requestOf } from "./soak/requests.ts";

/** What the server tells when it is asked for it. */
export interface Sample {
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Array buffers among it: the index. */
  readonly externalBytes: number;
  readonly cpuSeconds: number;
}

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "20000" },
    swaps: { type: "string", default: "10" },
    folder: { type: "string", default: join(import.meta.dirname, "../docs") },
  },
});
const requests = Number(values.requests);
const swaps = Number(values.swaps);
const CLIENTS = 16;
const SAMPLES = 20;
/** What a heap may be larger by at the end than in the middle; the rest is noise of the collector. */
const MAX_GROWTH = 0.05;

const server = fork(join(import.meta.dirname, "soak/serve.ts"), [values.folder], {
  execArgv: ["--expose-gc", "--import", "tsx"],
  stdio: ["ignore", "inherit", "inherit", "ipc"],
});
const [port] = (await once(server, "message")) as [number];
const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
const rows: (Sample & { readonly done: number; readonly swapped: number })[] = [];
const failures = new Map<string, number>();
let done = 0;
let swapped = 0;

await fill(Math.min(2_000, requests));
done = 0;
await measure();
for (let step = 1; step <= SAMPLES; step++) {
  const until = Math.round((requests * step) / SAMPLES);
  const swapsUntil = Math.round((swaps * step) / SAMPLES);
  await Promise.all([fill(until), swapTo(swapsUntil)]);
  await measure();
}
agent.destroy();
server.kill("SIGTERM");
await once(server, "exit");
report();

/** Sends requests from all clients until so many have been answered. */
async function fill(until: number): Promise<void> {
  let next = done;
  const client = async (): Promise<void> => {
    while (next < until) {
      const kind = requestOf(next++);
      const problem = await send(kind);
      if (problem !== undefined) failures.set(problem, (failures.get(problem) ?? 0) + 1);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

function send({ path, body, status }: Kind): Promise<string | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(
      { port, host: "127.0.0.1", path, agent, method: body === undefined ? "GET" : "POST" },
      (incoming) => {
        incoming.resume();
        incoming.on("end", () =>
          resolve(
            incoming.statusCode === status ? undefined : `${path}: ${incoming.statusCode ?? ""}`,
          ),
        );
      },
    );
    outgoing.on("error", (error) => resolve(`${path}: ${error.message}`));
    if (body !== undefined) outgoing.setHeader("content-type", "application/json");
    outgoing.end(body);
  });
}

async function swapTo(until: number): Promise<void> {
  for (; swapped < until; swapped++) await tell("swap");
}

async function measure(): Promise<void> {
  const sample = (await tell("measure")) as Sample;
  rows.push({ ...sample, done, swapped });
}

async function tell(what: "swap" | "measure"): Promise<unknown> {
  const answered = once(server, "message");
  server.send(what);
  const [answer] = (await answered) as [unknown];
  return answer;
}

function report(): void {
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);
  const lines = rows.map(
    (row) =>
      `| ${row.done.toLocaleString("en-US")} | ${row.swapped} | ${mb(row.rssBytes)} | ${mb(row.heapBytes)} | ${mb(row.externalBytes)} |`,
  );
  // The least: it goes up and down by what has not been collected when it is asked.
  const [middle, end] = [rows.slice(8, 14), rows.slice(-6)].map((some) =>
    Math.min(...some.map(({ heapBytes, externalBytes }) => heapBytes + externalBytes)),
  );
  const growth = (end ?? 0) / (middle ?? 1) - 1;
  const first = rows[0]?.cpuSeconds ?? 0;
  const cpu = (rows.at(-1)?.cpuSeconds ?? 0) - first;
  process.stdout.write(
    [
      "| requests | swaps | resident, MB | heap, MB | buffers, MB |",
      "| --- | --- | --- | --- | --- |",
      ...lines,
      "",
      `Heap and buffers at the end are ${(growth * 100).toFixed(1)} % larger than in the middle, at the least.`,
      `Failed: ${[...failures].map(([what, count]) => `${count} of ${what}`).join(", ") || "none"}.`,
      `Processor time of the server: ${cpu.toFixed(0)} s, swaps included.`,
      "",
    ].join("\n"),
  );
  process.exitCode = growth > MAX_GROWTH || failures.size > 0 ? 1 : 0;
}
