/**
 * From the start of the process with a ready index file to the first answer of a search: CPU of all
 * threads, time, and memory then. Beside it Node's own HTTP server with a fixed answer, turn by turn.
 *
 *     npm run build
 *     npx tsx bench/start.ts FOLDER [RUNS]
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const CLI = resolve(import.meta.dirname, "../dist/cli.js");
const BARE = `
  const server = require("node:http").createServer((request, response) => {
    request.resume();
    request.on("end", () => response.end("{}"));
  });
  server.listen(0, "127.0.0.1", () => console.log("http://127.0.0.1:" + server.address().port + "/mcp "));
`;

interface Started {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly memoryMb: number;
}

const [folder, runs = "10"] = process.argv.slice(2);
if (folder === undefined) throw new TypeError("name a folder with documentation");
const work = mkdtempSync(join(tmpdir(), "docport-start-"));
try {
  const index = join(work, "index.docport");
  execFileSync(process.execPath, [CLI, "index", folder, "-o", index], { stdio: "ignore" });
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ["docport", [CLI, "serve", index, "--host", "127.0.0.1", "--port", "0"]],
    ["bare node:http", ["-e", BARE]],
  ];
  const results = new Map<string, Started[]>(commands.map(([name]) => [name, []]));
  for (let run = 0; run < Number(runs); run++) {
    for (const [name, args] of commands) results.get(name)?.push(await startOnce(args));
  }
  console.log("| server | CPU, ms | time, ms | memory, MB |\n| --- | --- | --- | --- |");
  for (const [name, all] of results) {
    const of = (key: keyof Started): string => {
      const sorted = all.map((one) => one[key]).toSorted((a, b) => a - b);
      return `${sorted.at(sorted.length >> 1)?.toFixed(0)} (${sorted.at(0)?.toFixed(0)} to ${sorted.at(-1)?.toFixed(0)})`;
    };
    console.log(`| ${name} | ${of("cpuMs")} | ${of("wallMs")} | ${of("memoryMb")} |`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function startOnce(args: readonly string[]): Promise<Started> {
  const begun = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  let text = "";
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (/https?:\/\/\S+\/mcp\s/.test(text)) break;
  }
  const [url = ""] = /https?:\/\/\S+\/mcp(?=\s)/.exec(text) ?? [];
  const params = { name: "search", arguments: { query: "how to begin" } };
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-06-18",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
  });
  await answer.arrayBuffer();
  const wallMs = performance.now() - begun;
  if (!answer.ok) throw new Error(`the first answer was ${answer.status}`);
  const pid = child.pid ?? 0;
  const started = { cpuMs: cpuMsOf(pid), wallMs, memoryMb: memoryMbOf(pid) };
  child.kill("SIGKILL");
  await exited;
  return started;
}

/** Of all threads, from the scheduler's own count of nanoseconds (proc(5), schedstat). */
function cpuMsOf(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const ofTask = (task: string): number =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]);
  return tasks.reduce((sum, task) => sum + ofTask(task), 0) / 1e6;
}

function memoryMbOf(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kb) / 1024;
}
