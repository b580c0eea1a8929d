/**
 * What HTTP/2 by ALPN costs: CPU of a server for each answer, as a ratio to `node:https` in the same
 * round. `npx tsx bench/http2.ts [ROUNDS]`; needs `wrk`. ADR 108 has the figures.
 */
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { connect, createSecureServer } from "node:http2";
import { createServer } from "node:https";
import type { Server } from "node:net";
import { createPlaceholder } from "../src/net/placeholder-certificate.ts";

const SECONDS = 2;
const BODY = Buffer.alloc(2_048, "x");

/** What both kinds of response can do. */
interface AnyResponse {
  writeHead(status: number, headers: Record<string, number>): unknown;
  end(body: Buffer): unknown;
}

/** Serves until the parent ends, and tells it the microseconds of CPU for each answer. */
function serve(kind: string): void {
  const pair = createPlaceholder(["localhost"], Date.now());
  let answers = 0;
  let before = process.cpuUsage();
  const listener = (_: unknown, response: AnyResponse): void => {
    response.writeHead(200, { "content-length": BODY.length });
    response.end(BODY);
    answers += 1;
  };
  const server: Server =
    kind === "https"
      ? createServer({ ...pair, ALPNProtocols: ["http/1.1"] }, listener)
      : createSecureServer({ ...pair, allowHTTP1: true }, listener);
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    process.send?.(typeof address === "object" ? (address?.port ?? 0) : 0);
  });
  process.on("message", (word) => {
    const { user, system } = process.cpuUsage(before);
    if (word === "stop") process.send?.((user + system) / answers);
    before = process.cpuUsage();
    answers = 0;
  });
}

interface Measured {
  readonly child: ChildProcess;
  readonly port: number;
}

async function start(kind: string): Promise<Measured> {
  const child = fork(import.meta.filename, ["--serve", kind]);
  return { child, port: await numberFrom(child) };
}

async function numberFrom(child: ChildProcess): Promise<number> {
  const [value]: unknown[] = await once(child, "message");
  return Number(value);
}

/** Microseconds of CPU for each answer under this load. */
async function measure(
  { child, port }: Measured,
  load: (port: number) => void | Promise<void>,
): Promise<number> {
  child.send("start");
  await load(port);
  child.send("stop");
  return numberFrom(child);
}

function http1(...flags: readonly string[]): (port: number) => void {
  return (port) => {
    const url = `https://127.0.0.1:${port}/`;
    execFileSync("wrk", ["-t1", `-d${SECONDS}`, ...flags, url], { stdio: "ignore" });
  };
}

function http2(sessions: number, streams: number): (port: number) => Promise<void> {
  return async (port) => {
    const end = Date.now() + SECONDS * 1_000;
    const oneSession = async (): Promise<void> => {
      const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
      const oneStream = async (): Promise<void> => {
        while (Date.now() < end) {
          const request = session.request({ ":path": "/" });
          request.resume();
          request.end();
          await once(request, "end");
        }
      };
      await Promise.all(Array.from({ length: streams }, oneStream));
      session.close();
    };
    await Promise.all(Array.from({ length: sessions }, oneSession));
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function compare(rounds: number): Promise<void> {
  const plain = await start("https");
  const both = await start("both");
  const loads = [
    { name: "HTTP/1.1, 1 connection kept", one: http1("-c1"), other: http1("-c1") },
    { name: "HTTP/1.1, 32 connections kept", one: http1("-c32"), other: http1("-c32") },
    {
      name: "HTTP/1.1, a new connection each",
      one: http1("-c16", "-H", "Connection: close"),
      other: http1("-c16", "-H", "Connection: close"),
    },
    { name: "HTTP/2, 32 connections of 1 request", one: http1("-c32"), other: http2(32, 1) },
    { name: "HTTP/2, 4 connections of 8 requests", one: http1("-c32"), other: http2(4, 8) },
  ];
  for (const { name, one, other } of loads) {
    const ratios: number[] = [];
    // The first round warms both up.
    for (let round = 0; round <= rounds; round++) {
      const ofPlain = await measure(plain, one);
      const ofBoth = await measure(both, other);
      if (round > 0) ratios.push(ofBoth / ofPlain);
    }
    const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
    const range = `${low.toFixed(2)}-${high.toFixed(2)}`;
    process.stdout.write(`${name.padEnd(38)}${median(ratios).toFixed(2)} (${range})\n`);
  }
  plain.child.kill();
  both.child.kill();
}

const [word, kind = ""] = process.argv.slice(2);
if (word === "--serve") serve(kind);
else await compare(Number(word ?? 9));
