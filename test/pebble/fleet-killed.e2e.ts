import { spawnSync } from "node:child_process";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Database } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { postgresIsThere } from "../store/postgres.ts";
import { fleetStage, ledgerKinds, ready, type Stage } from "./fleet-stage.ts";
import { type Pebble, pebbleGeneration, startPebble } from "./start-pebble.ts";

const isPossible = pebbleGeneration() !== "none" && postgresIsThere();

/**
 * Writes of an issuance: account, order, published answer, order key, the parts of the new pair, the
 * switch to it, the files that users see. The first is of session tickets and no part of it.
 */
const STEPS = Array.from({ length: 17 }, (_, i) => i + 2);
const CASES = STEPS.flatMap((step) => [[step, "SIGKILL"] as const, [step, "SIGSTOP"] as const]);

/**
 * Does this to the one replica that there is, once it has written to the store so many times. The
 * promise resolves with its process.
 */
async function strikeAt(
  stage: Stage,
  step: number,
  signal: "SIGKILL" | "SIGSTOP",
): Promise<{ readonly struck: Promise<number> }> {
  await using database = new Database({ url: stage.url });
  await migrate(database);
  const client = new Client({ connectionString: stage.url });
  await client.connect();
  let count = 0;
  const struck = new Promise<number>((resolve, reject) => {
    client.on("notification", ({ payload }) => {
      // News of the index is none of an order.
      if (payload?.startsWith(":") !== false || ++count !== step) return;
      const holder = "SELECT name AS holder FROM docport_replicas";
      const strike = async (): Promise<number> => {
        const { rows } = await client.query<{ holder: string }>(holder);
        const pid = Number(rows[0]?.holder.split(":")[1]);
        process.kill(pid, signal);
        await client.end();
        return pid;
      };
      strike().then(resolve, reject);
    });
  });
  await client.query("LISTEN docport_changes");
  return { struck };
}

describe.skipIf(!isPossible)("the replica that orders", () => {
  let pebble: Pebble;
  beforeAll(async () => {
    pebble = await startPebble();
  });
  afterAll(() => pebble[Symbol.asyncDispose]());

  it.each(CASES)(
    "may be gone after its write number %i, by %s: another one ends the order",
    async (step, signal) => {
      await using stage = await fleetStage(pebble);
      const { struck } = await strikeAt(stage, step, signal);
      const starting = stage.start().then(
        (leader) => {
          stage.lead([leader]);
          return leader;
        },
        // Killed before it had said where it serves.
        () => undefined,
      );
      const pid = await struck;
      try {
        // What the database would do by itself in half a minute.
        await stage.query("UPDATE docport_leases SET expires_at = now()");
        const heir = await stage.start();
        stage.lead([heir]);
        const { fingerprint256 } = await ready(heir);
        spawnSync("kill", ["-CONT", `${pid}`]);
        const leader = await starting;
        stage.lead([heir]);
        // One that woke up serves what its heir has got, too.
        const alive = leader && signal === "SIGSTOP" ? [leader, heir] : [heir];
        for (const answer of await Promise.all(alive.map(ready))) {
          expect(answer.fingerprint256).toBe(fingerprint256);
        }
        const issued = async (): Promise<number> =>
          (await ledgerKinds(stage)).filter((kind) => kind === "issued").length;
        // It is written down when it is served already.
        await expect.poll(issued, { timeout: 15_000 }).toBe(1);
      } finally {
        spawnSync("kill", ["-CONT", `${pid}`]);
      }
    },
    60_000,
  );
});
