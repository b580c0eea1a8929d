import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { withoutRenewalInfo } from "./pebble-without-renewal-info.ts";
import { pebbleStage, type ServedDocport } from "./serve-with-pebble.ts";
import { pebbleGeneration, startPebble } from "./start-pebble.ts";

const LIFE_SECONDS = 10;
const SWAPS = 20;
const LIMIT_SECONDS = 150;

const isRecent = pebbleGeneration() === "recent";
const hasWrk = spawnSync("wrk", ["--version"]).error === undefined;
if (!hasWrk && process.env["DOCPORT_REQUIRE_PEBBLE"] === "1") throw new Error("wrk is required");

/** wrk says nothing of failures when there were none. */
interface LoadReport {
  readonly requests: number;
  readonly failures: string;
}

class Load {
  readonly #child;
  #output = "";

  constructor(url: string, flags: readonly string[]) {
    const args = ["-t1", `-d${LIMIT_SECONDS * 2}`, "--timeout", "5s", ...flags, url];
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

/** Fingerprints that a client which trusts Pebble's root alone was shown, one after the other. */
async function watchSwaps(docport: ServedDocport): Promise<readonly string[]> {
  const shown: string[] = [];
  const end = Date.now() + LIMIT_SECONDS * 1000;
  while (shown.length <= SWAPS && Date.now() < end) {
    // Rejects for an expired one.
    const { fingerprint256 = "", status } = await docport
      .get("/healthz")
      .catch((error: unknown) => {
        throw new Error(`after ${shown.length} swaps:\n${docport.output()}`, { cause: error });
      });
    expect(status).toBe(200);
    if (shown.at(-1) !== fingerprint256) shown.push(fingerprint256);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return shown;
}

describe.skipIf(!isRecent || !hasWrk)("docport serve, renewing under load", () => {
  it(
    `drops no request over ${SWAPS} swaps`,
    async () => {
      const profiles = { short: { description: "seconds", validityPeriod: LIFE_SECONDS } };
      await using pebble = await withoutRenewalInfo(await startPebble({ config: { profiles } }));
      await using stage = await pebbleStage(pebble);
      // Its own address: wrk cannot be told to resolve a name that no DNS knows.
      await using docport = await stage.serve({ domain: ["127.0.0.1", "docs.example.test"] });
      await docport.ready();
      const url = `https://127.0.0.1:${pebble.tlsPort}/healthz`;
      const kept = new Load(url, ["-c4"]);
      const fresh = new Load(url, ["-c2", "-H", "connection: close"]);
      const shown = await watchSwaps(docport);
      const reports = await Promise.all([kept.stop(), fresh.stop()]);
      expect(shown.length).toBeGreaterThan(SWAPS);
      expect(reports.map(({ failures }) => failures)).toEqual(["", ""]);
      for (const { requests } of reports) expect(requests).toBeGreaterThan(1_000);
      expect(docport.output()).not.toMatch(/certificate\.(failed|rolled-back|unexpected)/);
    },
    (LIMIT_SECONDS + 30) * 1000,
  );
});
