/**
 * `tools/call search` over HTTP and HTTPS beside a bare `node:http`, other MCP servers and nginx:
 * requests a second, CPU of the server for each, latency. Ratios hold within one run.
 *
 *     apt-get install wrk nginx-light
 *     npm run build && npm --prefix bench ci
 *     node --import tsx bench/requests.ts FOLDER [--seconds 2] [--rounds 2] [--memory]
 *
 * FOLDER is documentation in Markdown; its headings are the queries. Each server is alone on one core
 * and `wrk` on another, where `taskset` and two cores are there. `--memory` instead asks 1,000,000
 * times, and compares the memory at 100,000 and at the end.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { BOUND, type Contestant, DOCPORT, NGINX, PEERS } from "./requests/contestants.ts";
import { headingsOf } from "./requests/headings.ts";
import { type Measured, measure, ticksOf } from "./requests/measure.ts";

const ROOT = resolve(import.meta.dirname, "..");
const WARM_UP_SECONDS = 4;
const SIMULTANEOUS = [1, 32, 256];
const MAX_DISTINCT = 200_000;
/** Of a turn of `--memory`: each begins with the first call again. */
const MEMORY_SECONDS = 30;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "2" },
    rounds: { type: "string", default: "2" },
    memory: { type: "boolean", default: false },
  },
});
const folder = positionals[0];
if (folder === undefined) throw new TypeError("name a folder of documentation");
const seconds = Number(values.seconds);
const isPinned = availableParallelism() > 1 && hasTaskset();

const work = mkdtempSync(join(tmpdir(), "docport-bench-"));
// Workers of nginx are nobody.
chmodSync(work, 0o755);
const running = new Set<ChildProcess>();
let nextPort = 20_000 + (process.pid % 20_000);
try {
  const paths = prepare(folder);
  if (values.memory) await memory(paths);
  else await compare(paths);
} finally {
  for (const child of running) child.kill("SIGKILL");
  rmSync(work, { recursive: true, force: true });
}

interface Paths {
  readonly index: string;
  readonly same: string;
  readonly distinct: string;
  readonly answerFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

function prepare(source: string): Paths {
  const at = (name: string): string => join(work, name);
  execFileSync(process.execPath, [join(ROOT, "dist/cli.js"), "index", source, "-o", at("index")], {
    stdio: "ignore",
  });
  const headings = headingsOf(source);
  writeFileSync(at("distinct"), distinctCalls(headings).join("\n"));
  writeFileSync(at("same"), JSON.stringify({ query: headings[0] }));
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-subj", "/CN=localhost", "-days", "2", "-keyout", at("key.pem"), "-out", at("cert.pem")],
    ],
    { stdio: "ignore" },
  );
  return {
    index: at("index"),
    same: at("same"),
    distinct: at("distinct"),
    answerFile: at("answer"),
    certFile: at("cert.pem"),
    keyFile: at("key.pem"),
  };
}

/** Arguments of calls of which no two are the same: a heading, and a word of another one. */
function distinctCalls(headings: readonly string[]): string[] {
  const all = headings.flatMap((heading) => heading.split(" "));
  const words = [...new Set(all)].filter((word) => word.length > 3);
  const count = Math.min(MAX_DISTINCT, headings.length * words.length);
  return Array.from({ length: count }, (_, i) => {
    const at = i % headings.length;
    // For each heading another word in each round over the headings.
    const word = words[(at * 7_919 + Math.floor(i / headings.length)) % words.length];
    return JSON.stringify({ query: `${headings[at]} ${word}` });
  });
}

interface Row {
  readonly name: string;
  readonly contestant: Contestant;
  readonly calls: "same" | "distinct";
  readonly era?: Contestant["era"];
  readonly connections: number;
  readonly secure?: boolean;
  readonly isNew?: boolean;
}

function rowsOf(): Row[] {
  const rows: Row[] = [];
  for (const secure of [false, true]) {
    for (const isNew of [false, true]) {
      for (const connections of isNew ? [32] : SIMULTANEOUS) {
        const more = { connections, secure, isNew };
        rows.push(
          { name: BOUND.name, contestant: BOUND, calls: "same", ...more },
          { name: "Docport, fixed", contestant: DOCPORT, calls: "same", ...more },
          { name: "Docport, distinct", contestant: DOCPORT, calls: "distinct", ...more },
          { name: NGINX.name, contestant: NGINX, calls: "same", ...more },
        );
      }
    }
  }
  rows.push({
    ...{ name: "Docport, fixed, 2025-11-25", contestant: DOCPORT, era: "legacy" },
    ...{ calls: "same", connections: 32 },
  });
  for (const contestant of PEERS) {
    const row = { name: contestant.name, contestant, calls: "same" } as const;
    for (const connections of SIMULTANEOUS) rows.push({ ...row, connections });
    rows.push({ ...row, connections: 32, isNew: true });
    if (contestant.isPlain !== true) rows.push({ ...row, connections: 32, secure: true });
  }
  return rows;
}

async function compare(paths: Paths): Promise<void> {
  const servers = new Map<string, Running>();
  const first = await start(DOCPORT, paths, false);
  writeFileSync(paths.answerFile, await askOnce(first, readFileSync(paths.same, "utf8")));
  const rows = rowsOf();
  const results = new Map<Row, Measured[]>(rows.map((row) => [row, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const row of rows) {
      const { contestant, secure = false } = row;
      const name = key(contestant, secure);
      let server = servers.get(name);
      if (!server) {
        server = await start(contestant, paths, secure);
        servers.set(name, server);
        // Until what is asked often has been compiled.
        await run({ ...row, connections: 32, isNew: false }, server, paths, WARM_UP_SECONDS);
      }
      results.get(row)?.push(await run(row, server, paths));
    }
  }
  console.log(
    "| server | over | connections | requests/s | of the bound | CPU a request, us | p50 / p99, ms |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  for (const row of rows) print(row, results);
}

function print(row: Row, results: ReadonlyMap<Row, Measured[]>): void {
  const ours = results.get(row) ?? [];
  const bound = [...results].find(
    ([{ name, secure, connections, isNew }]) =>
      name === BOUND.name &&
      (secure ?? false) === (row.secure ?? false) &&
      (isNew ?? false) === (row.isNew ?? false) &&
      connections === row.connections,
  )?.[1];
  // Of the CPU, not of the rate: the load generator shares the machine with whatever else runs.
  const ratio = median(ours.map((one, i) => (bound?.[i]?.cpuUs ?? Number.NaN) / one.cpuUs));
  const at = (pick: (one: Measured) => number, digits = 0): string =>
    median(ours.map(pick)).toFixed(digits);
  const over = `${row.secure ? "HTTPS" : "HTTP"}${row.isNew ? ", new connections" : ""}`;
  console.log(
    `| ${row.name} | ${over} | ${row.connections} | ${at((one) => one.perSecond)} | ${ratio.toFixed(2)} | ${at((one) => one.cpuUs)} | ${at((one) => one.p50Ms, 1)} / ${at((one) => one.p99Ms, 1)} |`,
  );
  const failed = ours.reduce((sum, one) => sum + one.failed, 0);
  if (failed > 0) console.log(`  ${row.name}: ${failed} answers were not 2xx`);
}

async function run(row: Row, server: Running, paths: Paths, lasting = seconds): Promise<Measured> {
  const era = row.era ?? row.contestant.era;
  return await measure({
    url: server.url,
    pid: server.pid,
    seconds: lasting,
    connections: row.connections,
    script: join(ROOT, "bench/requests/calls.lua"),
    args: [era, paths[row.calls], ...(server.session === undefined ? [] : [server.session])],
    newConnections: row.isNew ?? false,
    pin: isPinned,
  });
}

interface Running {
  readonly url: string;
  readonly pid: number;
  readonly session: string | undefined;
}

async function start(contestant: Contestant, paths: Paths, secure: boolean): Promise<Running> {
  nextPort += 1;
  const port = nextPort;
  const command = contestant.command({ ...paths, work, port, secure });
  const [program = "", ...args] = isPinned ? ["taskset", "-c", "0", ...command] : command;
  const child = spawn(program, args, { stdio: "ignore", cwd: join(ROOT, "bench") });
  running.add(child);
  const url = `${secure ? "https" : "http"}://localhost:${port}/mcp`;
  const server = { url, pid: child.pid ?? 0, session: undefined };
  for (let tries = 0; tries < 400; tries++) {
    if (child.exitCode !== null) throw new Error(`${contestant.name} ended: ${command.join(" ")}`);
    try {
      if (contestant.era === "session") return { ...server, session: await handshake(url) };
      await post(url, "{}", {});
      return server;
    } catch {
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  throw new Error(`${contestant.name} does not answer`);
}

async function handshake(url: string): Promise<string> {
  const params = {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "b", version: "1" },
  };
  const initialize = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  const { session } = await post(url, initialize, {});
  if (session === undefined) throw new Error("no session");
  const initialized = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });
  await post(url, initialized, { "mcp-session-id": session });
  return session;
}

async function askOnce({ url }: Running, given: string): Promise<string> {
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const params = { name: "search", arguments: JSON.parse(given) as unknown, _meta: meta };
  const message = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
  const headers = {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": "search",
  };
  return (await post(url, message, headers)).body;
}

function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly body: string; readonly session: string | undefined }> {
  const ask = url.startsWith("https:") ? httpsRequest : httpRequest;
  return new Promise((done, failed) => {
    const sent = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    };
    const request = ask(
      url,
      { method: "POST", headers: sent, agent: false, rejectUnauthorized: false, family: 4 },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          // It listens before it has read the documentation.
          if (response.statusCode === 503) return failed(new Error("not ready"));
          const session = response.headers["mcp-session-id"];
          done({ body: text, session: typeof session === "string" ? session : undefined });
        });
      },
    );
    request.on("error", failed);
    request.end(body);
  });
}

/** One call of twenty is distinct, so that answers are kept and pushed out all the time. */
async function memory(paths: Paths): Promise<void> {
  const server = await start(DOCPORT, paths, false);
  const mixed = readFileSync(paths.distinct, "utf8").split("\n");
  const frequent = mixed.slice(0, 50);
  const lines = mixed
    .slice(0, 20_000)
    .flatMap((one, i) => [one, ...Array<string>(19).fill(frequent[i % 50] ?? one)]);
  writeFileSync(paths.distinct, lines.join("\n"));
  let count = 0;
  let early: number | undefined;
  while (count < 1_000_000) {
    const row: Row = { name: "", contestant: DOCPORT, calls: "distinct", connections: 32 };
    const { requests } = await run(row, server, paths, MEMORY_SECONDS);
    count += requests;
    const rss = rssOf(server.pid);
    if (count >= 100_000) early ??= rss;
    console.log(`${count} requests, ${rss.toFixed(1)} MB`);
  }
  console.log(
    `growth between 100,000 and 1,000,000: ${(rssOf(server.pid) - (early ?? 0)).toFixed(1)} MB`,
  );
}

function rssOf(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kb) / 1024;
}

function key({ name }: Contestant, secure: boolean): string {
  return `${name} ${secure}`;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function hasTaskset(): boolean {
  try {
    execFileSync("taskset", ["-V"], { stdio: "ignore" });
    return ticksOf(process.pid) >= 0;
  } catch {
    return false;
  }
}
