import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { postgresIsThere, testDatabase } from "./postgres.ts";

/** Four flow in each second; who asks once a second is never refused for that alone. */
const PER_MINUTE = 320;
const POLL = { timeout: 60_000, interval: 1_000 };

function start(folder: TemporaryFolder, flags: readonly string[]): Promise<RunningDocport> {
  return startDocport([
    ...["serve", join(folder.path, "docs"), "--host", "127.0.0.1", "--port", "0"],
    ...["--trust-proxy", "--requests-per-minute", `${PER_MINUTE}`, "--drain", "off"],
    ...["--cache", join(folder.path, "cache"), ...flags],
  ]);
}

async function statusFor({ url }: RunningDocport, client: string): Promise<number> {
  // Each on a connection of its own, so that any worker may have it.
  const headers = { "x-forwarded-for": client, connection: "close" };
  const answer = await fetch(`${url}/llms.txt`, { headers });
  await answer.arrayBuffer();
  return answer.status;
}

/** Batches of many messages, each of which counts: what is too much is owed for seconds. */
const BATCH = JSON.stringify(
  Array.from({ length: 20 }, (_, id) => ({ jsonrpc: "2.0", id, method: "ping" })),
);

/** Asks as often as it can until the returned function is called. */
function flood({ mcpUrl }: RunningDocport, client: string): () => Promise<void> {
  const state = { isOver: false };
  const headers = {
    "x-forwarded-for": client,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };
  const run = async (): Promise<void> => {
    while (!state.isOver) {
      await (await fetch(mcpUrl, { method: "POST", headers, body: BATCH })).arrayBuffer();
    }
  };
  const running = run();
  return async () => {
    state.isOver = true;
    await running;
  };
}

describe.skipIf(!postgresIsThere())("replicas that count their clients together", () => {
  it.each([
    ["of one process", "1"],
    ["of workers", "2"],
  ])(
    "refuse, %s, whoever asks another one too often, and nobody else",
    async (_, workers) => {
      await using home = await testDatabase();
      await using folder = await temporaryFolder({ "docs/index.md": "# Home\n\nA page.\n" });
      const flags = ["--store", home.url, "--store-unsealed", "--workers", workers];
      await using one = await start(folder, flags);
      await using two = await start(folder, [...flags, "--cache", join(folder.path, "other")]);
      const stop = flood(one, "203.0.113.9");
      await expect.poll(() => statusFor(two, "203.0.113.9"), POLL).toBe(429);
      expect(await statusFor(two, "203.0.113.10")).toBe(200);
      await stop();
    },
    90_000,
  );
});
