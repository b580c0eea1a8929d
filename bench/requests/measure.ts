import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

export interface Load {
  readonly url: string;
  /** Of the server, whose children count too. */
  readonly pid: number;
  readonly seconds: number;
  readonly connections: number;
  readonly script: string;
  readonly args: readonly string[];
  /** A connection for each request. */
  readonly newConnections: boolean;
  /** Keep `wrk` off the server's core. */
  readonly pin: boolean;
}

export interface Measured {
  readonly requests: number;
  readonly perSecond: number;
  /** CPU of the server for one request, user and system. */
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers whose status was not of success, and connections that broke. */
  readonly failed: number;
}

const TICKS_PER_SECOND = 100;

/** Loads a server with `wrk` and reads what it cost from /proc. */
export async function measure(load: Load): Promise<Measured> {
  const threads = Math.min(load.connections, 1);
  const command = [
    ...(load.pin ? ["taskset", "-c", "1"] : []),
    ...["wrk", `-t${threads}`, `-c${load.connections}`, `-d${load.seconds}s`, "--latency"],
    ...["-s", load.script, load.url, "--", ...load.args],
  ];
  const before = ticksOf(load.pid);
  const env = { ...process.env, ...(load.newConnections && { NEW_CONNECTIONS: "1" }) };
  const [program = "", ...args] = command;
  const { stdout } = await promisify(execFile)(program, args, { env });
  const ticks = ticksOf(load.pid) - before;
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1] ?? 0);
  return {
    requests,
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? 0),
    cpuUs: (ticks * 1e6) / TICKS_PER_SECOND / requests,
    p50Ms: milliseconds(/^ +50% +(\S+)/m.exec(stdout)?.[1]),
    p99Ms: milliseconds(/^ +99% +(\S+)/m.exec(stdout)?.[1]),
    failed: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0),
  };
}

/** CPU that a process and its children have used, in hundredths of a second. */
export function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  const own = Number(fields[11]) + Number(fields[12]);
  const ofChildren =
    children === "" ? [] : children.split(" ").map((child) => ticksOf(Number(child)));
  return ofChildren.reduce((sum, ticks) => sum + ticks, own);
}

/** `1.23ms`, `456.00us`, `1.02s`. */
function milliseconds(text = ""): number {
  const [, number, unit = ""] = /^([\d.]+)(\w+)$/.exec(text) ?? [];
  return Number(number) * ({ us: 0.001, ms: 1, s: 1_000, m: 60_000 }[unit] ?? Number.NaN);
}
