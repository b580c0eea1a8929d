import { setTimeout as pass } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresIsThere } from "../store/postgres.ts";
import { fleetStage, type ReplicaProcess, ready } from "./fleet-stage.ts";
import { type Pebble, pebbleGeneration, startPebble } from "./start-pebble.ts";

const REPLICAS = 5;
/** Twice a lease: whoever holds one has lost it, and every pause between two tries has grown. */
const CUT_MS = 60_000;
const isPossible = pebbleGeneration() !== "none" && postgresIsThere();

const saidBy = (replica: ReplicaProcess, event: string): number =>
  replica.output().split(`"event":"${event}"`).length - 1;

describe.skipIf(!isPossible)("replicas that are cut off from their database", () => {
  let pebble: Pebble;
  beforeAll(async () => {
    pebble = await startPebble();
  });
  afterAll(() => pebble[Symbol.asyncDispose]());

  it("serve for a minute as if nothing was, say it once each, and go on when it is back", async () => {
    await using stage = await fleetStage(pebble);
    const replicas = await Promise.all(Array.from({ length: REPLICAS }, () => stage.start()));
    stage.lead(replicas);
    await Promise.all(replicas.map(ready));
    const ordersBefore = replicas.map((replica) => saidBy(replica, "certificate.attempt"));
    stage.database.lead([]);
    stage.database.cut();
    const end = Date.now() + CUT_MS;
    const statuses = new Set<number>();
    // The length of the cut is what is tried here, so time passes for real.
    for (; Date.now() < end; await pass(200)) {
      for (const replica of replicas) statuses.add((await replica.get("/llms.txt")).status);
    }
    expect([...statuses]).toEqual([200]);
    stage.reconnect();
    await Promise.all(replicas.map((replica) => replica.said("store.back")));
    for (const replica of replicas) {
      expect(saidBy(replica, "store.away")).toBe(1);
      expect(saidBy(replica, "store.back")).toBe(1);
    }
    expect(replicas.map((replica) => saidBy(replica, "certificate.attempt"))).toEqual(ordersBefore);
    for (const replica of replicas) expect(await replica.stop()).toBe(0);
  }, 180_000);
});
