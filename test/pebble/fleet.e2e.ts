import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresIsThere } from "../store/postgres.ts";
import { trySession } from "../support/tls-session.ts";
import {
  fleetStage,
  ledgerKinds,
  NAME,
  type ReplicaProcess,
  ready,
  type Stage,
} from "./fleet-stage.ts";
import { type Pebble, pebbleGeneration, startPebble } from "./start-pebble.ts";

const REPLICAS = 5;
const isPossible = pebbleGeneration() !== "none" && postgresIsThere();

/** Takes connections and says nothing. */
async function silentServer(): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    sockets.push(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

describe.skipIf(!isPossible)("replicas behind a load balancer, against Pebble", () => {
  let pebble: Pebble;
  beforeAll(async () => {
    pebble = await startPebble();
  });
  afterAll(() => pebble[Symbol.asyncDispose]());

  it("makes one order although all of them start at once, and all serve its certificate", async () => {
    await using stage = await fleetStage(pebble);
    const replicas = await Promise.all(Array.from({ length: REPLICAS }, () => stage.start()));
    stage.lead(replicas);
    const answers = await Promise.all(replicas.map(ready));
    expect(new Set(answers.map(({ fingerprint256 }) => fingerprint256)).size).toBe(1);
    await expectOneOf(stage, "issued");
    await expectOneOf(stage, "attempt");
    const [sealed] = await stage.query<{ value: Buffer }>(
      "SELECT value FROM docport_values WHERE key LIKE '.docport/docs%/key.pem'",
    );
    expect(sealed?.value.includes("PRIVATE")).toBe(false);
    await expectOneSession(replicas);
    const [tickets] = await stage.query<{ value: Buffer; is_sealed: boolean }>(
      "SELECT value, is_sealed FROM docport_values WHERE key LIKE '.docport/tickets.%'",
    );
    expect(tickets?.is_sealed).toBe(true);
    expect(tickets?.value.includes("format")).toBe(false);
  }, 120_000);

  it("is as many replicas with workers, whose primaries order and answer for them", async () => {
    await using stage = await fleetStage(pebble);
    const flags = ["--drain", "off", "--workers", "2"];
    const replicas = [await stage.start(undefined, flags), await stage.start(undefined, flags)];
    stage.lead(replicas);
    const answers = await Promise.all(replicas.map(ready));
    expect(new Set(answers.map(({ fingerprint256 }) => fingerprint256)).size).toBe(1);
    await expectOneOf(stage, "issued");
    await expectOneSession(replicas);
    const listed = await stage.query("SELECT id FROM docport_replicas");
    expect(listed).toHaveLength(2);
  }, 120_000);

  it("goes on when the one that orders is paused, which does no harm when it wakes", async () => {
    await using stage = await fleetStage(pebble);
    // The CA gets no answer, so the order is under way for as long as is needed.
    await using silence = await silentServer();
    stage.https.lead([silence.port]);
    stage.http.lead([silence.port]);
    const leader = await stage.start();
    await leader.said("certificate.attempt");
    // What it has asked then is answered when it has long given up waiting.
    await stage.database.hold();
    process.kill(leader.pid, "SIGSTOP");
    stage.database.release();
    try {
      const others = [await stage.start(), await stage.start()];
      // As a load balancer does that looks at their health.
      stage.lead(others);
      const answers = await Promise.all(others.map(ready));
      process.kill(leader.pid, "SIGCONT");
      answers.push(await ready(leader));
      expect(new Set(answers.map(({ fingerprint256 }) => fingerprint256)).size).toBe(1);
      await expectOneOf(stage, "issued");
    } finally {
      process.kill(leader.pid, "SIGCONT");
    }
  }, 150_000);

  it("goes on serving while the database is away, says it once, and starts without it", async () => {
    await using stage = await fleetStage(pebble);
    const replica = await stage.start();
    stage.lead([replica]);
    const { fingerprint256 } = await ready(replica);
    stage.database.lead([]);
    stage.database.cut();
    await replica.said("store.away");
    expect((await replica.get("/healthz")).status).toBe(200);
    expect(await replica.stop()).toBe(0);
    const again = await stage.start(replica.certs);
    expect((await ready(again)).fingerprint256).toBe(fingerprint256);
    await again.said("store.away");
    stage.reconnect();
    await again.said("store.back");
    expect(again.output().match(/store\.away/g)).toHaveLength(1);
    expect(await again.stop()).toBe(0);
  }, 120_000);
});

/** In the end: that it was issued is written down after it is served. */
async function expectOneOf(stage: Stage, kind: string): Promise<void> {
  const count = async (): Promise<number> =>
    (await ledgerKinds(stage)).filter((one) => one === kind).length;
  await expect.poll(count, { timeout: 15_000 }).toBe(1);
}

/** A client that came to one of them is known to all. */
async function expectOneSession(replicas: readonly ReplicaProcess[]): Promise<void> {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const resumed: boolean[] = [];
    let session: Buffer | undefined;
    for (const { port } of replicas) {
      const one = await trySession({ port, version, session, servername: NAME });
      ({ session } = one);
      resumed.push(one.isResumed);
    }
    expect(resumed).toEqual(replicas.map((_, number) => number > 0));
  }
}
