import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

/** Whether `wrk` is there. With REQUIRE_PEBBLE=1 it has to be. */
export function hasWrk(): boolean {
  const isThere = spawnSync("wrk", ["--version"]).error === undefined;
  if (!isThere && process.env["REQUIRE_PEBBLE"] === "1") {
    throw new Error("wrk is required: apt-get install wrk");
  }
  return isThere;
}

export interface LoadReport {
  readonly requests: number;
  /** What `wrk` says of failures; "" when there were none. */
  readonly failures: string;
}

/** `wrk` on a URL, until it is stopped. It takes any certificate. */
export class Load {
  readonly #child;
  #output = "";

  constructor(url: string, flags: readonly string[]) {
    const args = ["-t1", "-d600", "--timeout", "20s", ...flags, url];
    this.#child = spawn("wrk", args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on("data", (chunk: Buffer) => (this.#output += chunk.toString()));
    }
  }

  /** wrk takes SIGINT for the end of its time. */
  async stop(): Promise<LoadReport> {
    const exited = once(this.#child, "close");
    this.#child.kill("SIGINT");
    await exited;
    return {
      requests: Number(/(\d+) requests in/.exec(this.#output)?.[1]),
      failures: this.#output.match(/Socket errors.*|Non-2xx.*|unable.*/g)?.join("; ") ?? "",
    };
  }
}
