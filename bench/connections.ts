/**
 * What clients that hold connections cost the built command, over HTTP and HTTPS: its memory before
 * and with each kind of them, and whether others are answered meanwhile.
 *
 *     npm run build && npx tsx bench/connections.ts [COUNT] [http|https] [PART OF A ROW'S NAME]
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectPlain, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { type RunningDocport, startDocport } from "../test/support/start-docport.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";

const COUNT = Number(process.argv[2] ?? 10_000);
const SCHEMES = process.argv[3] === undefined ? ["http", "https"] : [process.argv[3]];
const ONLY = process.argv[4] ?? "";
/** Connections that are being made at once. */
const WIDTH = 200;
/** One address has 28,000 ports towards the server, some of them in use. */
const PER_ADDRESS = 5_000;

/** The certificate is one of the computer's own; who is there is not the question here. */
process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
process.removeAllListeners("warning");

interface Kind {
  readonly name: string;
  readonly count: number;
  /** Sent as soon as the connection stands. */
  readonly bytes: string;
  /** Whether the client reads what comes. */
  readonly reads: boolean;
  /** Whether it waits for an answer before the next connection is made. */
  readonly waits: boolean;
}

const HOST = "Host: localhost\r\n";
const get = (path: string): string => `GET ${path} HTTP/1.1\r\n${HOST}\r\n`;
const post = (body: string): string =>
  `POST /mcp HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const LIST = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`;
const few = Math.min(COUNT, 1_000);

const kinds: readonly Kind[] = [
  { name: "wait after an answer", count: COUNT, bytes: get("/healthz"), reads: true, waits: true },
  { name: "say nothing", count: COUNT, bytes: "", reads: true, waits: false },
  {
    name: "stop within the headers",
    count: few,
    bytes: "POST /mcp HTTP/1.1\r\nHo",
    reads: true,
    waits: false,
  },
  {
    name: "stop within the body",
    count: few,
    bytes: post(LIST).slice(0, -5),
    reads: true,
    waits: false,
  },
  {
    name: "send 64 KiB of headers",
    count: few,
    bytes: `GET / HTTP/1.1\r\n${HOST}${`X-A: ${"y".repeat(1_000)}\r\n`.repeat(64)}\r\n`,
    reads: true,
    waits: false,
  },
  {
    name: "send a batch of 10,000",
    count: few,
    bytes: post(`[${`${LIST},`.repeat(9_999)}${LIST}]`),
    reads: true,
    waits: false,
  },
  {
    name: "ask 50 times for everything, never read",
    count: few,
    bytes: get("/llms-full.txt").repeat(50),
    reads: false,
    waits: false,
  },
  {
    name: "hold an HTTP+SSE stream",
    count: Math.min(COUNT, 5_000),
    bytes: get("/sse"),
    reads: true,
    waits: true,
  },
  { name: "open a stream, never read", count: few, bytes: get("/sse"), reads: false, waits: false },
];

const rssMb = (pid: number): number => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
};

async function dial(url: URL, index: number): Promise<Socket> {
  const where = { host: "127.0.0.1", port: Number(url.port) };
  const from = { ...where, localAddress: `127.0.0.${2 + Math.floor(index / PER_ADDRESS)}` };
  const isSecure = url.protocol === "https:";
  const socket = isSecure
    ? connectTls({ ...from, ALPNProtocols: ["http/1.1"] })
    : connectPlain(from);
  socket.on("error", () => {});
  await once(socket, isSecure ? "secureConnect" : "connect");
  return socket;
}

async function openAll(docport: RunningDocport, kind: Kind): Promise<Socket[]> {
  const url = new URL(docport.url);
  const sockets: Socket[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < kind.count) {
      const index = next++;
      const socket = await dial(url, index).catch(() => undefined);
      if (!socket) continue;
      sockets.push(socket);
      if (kind.reads && !kind.waits) socket.resume();
      if (kind.bytes !== "") socket.write(kind.bytes);
      if (!kind.waits) continue;
      const [answer] = await Promise.race([once(socket, "data"), once(socket, "close")]);
      // A refusal is none of what is counted.
      if (!String(answer).startsWith("HTTP/1.1 200 ")) socket.destroy();
      socket.resume();
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
  return sockets;
}

/** Slowest of some answers to others, in milliseconds; NaN when one was no answer. */
async function slowestAnswer(docport: RunningDocport): Promise<number> {
  let slowest = 0;
  for (let i = 0; i < 20; i++) {
    const startedAt = performance.now();
    const answer = await fetch(docport.mcpUrl, {
      method: "POST",
      headers: { "content-type": "application/json", connection: "close" },
      body: LIST,
    }).catch(() => undefined);
    await answer?.text();
    if (answer?.status !== 200) return Number.NaN;
    slowest = Math.max(slowest, performance.now() - startedAt);
  }
  return slowest;
}

await using docs = await temporaryFolder({
  "a.md": `# Ports\n\n${"A long page about ports. ".repeat(20_000)}\n`,
});
console.log(
  "| scheme | clients that | count | still open | before MB | with them MB | KB each | after MB | slowest other ms |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
for (const scheme of SCHEMES) {
  for (const kind of kinds.filter(({ name }) => name.includes(ONLY))) {
    const tls = scheme === "https" ? ["--tls", "local", "--certs", `${docs.path}-certs`] : [];
    await using docport = await startDocport(["serve", docs.path, "--port", "0", ...tls]);
    await slowestAnswer(docport);
    const before = rssMb(docport.pid);
    const sockets = await openAll(docport, kind);
    await sleep(1_000);
    const withThem = rssMb(docport.pid);
    const slowest = await slowestAnswer(docport);
    const open = sockets.filter((socket) => !socket.closed && !socket.destroyed).length;
    for (const socket of sockets) socket.destroy();
    await sleep(2_000);
    const cells = [
      ...[scheme, kind.name, kind.count, open, before.toFixed(0), withThem.toFixed(0)],
      ...[(((withThem - before) * 1024) / Math.max(1, open)).toFixed(1)],
      ...[rssMb(docport.pid).toFixed(0), slowest.toFixed(0)],
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
