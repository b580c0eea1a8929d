import { Agent } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresIsThere } from "../store/postgres.ts";
import { askUntil, type ReadAnswer } from "../support/http-over.ts";
import { fleetStage, ledgerKinds, type ReplicaProcess, ready, type Stage } from "./fleet-stage.ts";
import { type Pebble, pebbleGeneration, startPebble } from "./start-pebble.ts";

const REPLICAS = 5;
/** As many as Let's Encrypt puts into one certificate. */
const NAMES = 100;
const isPossible = pebbleGeneration() !== "none" && postgresIsThere();

const ORDER_KINDS = ["attempt", "order-requested", "issued"];

type Names = [string, ...string[]];

function namesFrom(first: number): Names {
  const name = (number: number): string => `docs-${number}.example.test`;
  return [name(first), ...Array.from({ length: NAMES - 1 }, (_, i) => name(first + 1 + i))];
}

describe.skipIf(!isPossible)("replicas of very many names, against Pebble", () => {
  let pebble: Pebble;
  beforeAll(async () => {
    pebble = await startPebble();
  });
  afterAll(() => pebble[Symbol.asyncDispose]());

  // Docport puts all its names into one certificate, so 200 of them are two fleets.
  it.each([
    ["1 to 100", namesFrom(1)],
    ["101 to 200", namesFrom(101)],
  ])(
    "have one certificate for names %s, and renew it under load",
    async (_which, names) => {
      await using stage = await fleetStage(pebble, { names });
      const replicas = await Promise.all(Array.from({ length: REPLICAS }, () => stage.start()));
      stage.lead(replicas);
      const first = await Promise.all(replicas.map(ready));
      expectOne(first, names);
      await expectOrders(stage, 1);

      const [old] = first;
      await using asking = await askAllTheTime(replicas);
      expect(await stage.cert("renew", "--force")).toBe(
        "The replica that orders is renewing the certificate. See `docport cert status`.\n",
      );
      const second = await Promise.all(replicas.map((one) => another(one, old?.fingerprint256)));
      await asking.stop();
      expectOne(second, names);
      await expectOrders(stage, 2);
      expect(asking.failures).toEqual([]);
      // One of the two at any time, and never the placeholder of a server without a certificate.
      const certificates = [...first, ...second].map(({ fingerprint256 }) => fingerprint256);
      expect(asking.shown).toEqual(new Set(certificates));
    },
    240_000,
  );
});

/** All replicas show the same certificate, and it is for exactly these names. */
function expectOne(answers: readonly ReadAnswer[], names: Names): void {
  expect(answers).toHaveLength(REPLICAS);
  expect(new Set(answers.map(({ fingerprint256 }) => fingerprint256)).size).toBe(1);
  for (const { altNames } of answers) {
    const shown = (altNames ?? "").split(", ").map((one) => one.replace(/^DNS:/, ""));
    expect(shown.toSorted()).toEqual(names.toSorted());
  }
}

/** So many orders were placed, each by one attempt, and each gave a certificate. */
async function expectOrders(stage: Stage, count: number): Promise<void> {
  const countOf = async (): Promise<Record<string, number>> => {
    const kinds = await ledgerKinds(stage);
    const times = (kind: string): number => kinds.filter((one) => one === kind).length;
    return Object.fromEntries(ORDER_KINDS.map((kind) => [kind, times(kind)]));
  };
  const wanted = Object.fromEntries(ORDER_KINDS.map((kind) => [kind, count]));
  // That it was issued is written down after it is served.
  await expect.poll(countOf, { timeout: 15_000 }).toEqual(wanted);
}

/** Until it shows another certificate than this one. */
function another(replica: ReplicaProcess, than: string | undefined): Promise<ReadAnswer> {
  return askUntil(
    () => replica.get("/healthz"),
    ({ fingerprint256 }) => fingerprint256 !== than,
    100_000,
  );
}

interface Asking extends AsyncDisposable {
  /** What went wrong first. */
  readonly failures: readonly string[];
  /** The certificates that new connections were shown. */
  readonly shown: ReadonlySet<string | undefined>;
  /** Resolves when each replica has been asked once more. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Asks all replicas at a time, again and again, each on a connection that stays and then on a new
 * one. Resolves when each has been asked once.
 */
async function askAllTheTime(replicas: readonly ReplicaProcess[]): Promise<Asking> {
  const failures: string[] = [];
  const shown = new Set<string | undefined>();
  const askers = replicas.map((replica) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const turn = async (): Promise<void> => {
      const kept = await replica.get("/llms.txt", agent);
      const fresh = await replica.get("/llms.txt");
      shown.add(fresh.fingerprint256);
      for (const { status } of [kept, fresh]) if (status !== 200) failures.push(`${status}`);
    };
    return { agent, turn };
  });
  const round = async (): Promise<void> => {
    const turns = await Promise.allSettled(askers.map(({ turn }) => turn()));
    for (const turn of turns) if (turn.status === "rejected") failures.push(String(turn.reason));
  };
  await round();
  const over = new AbortController();
  const rounds = (async () => {
    while (!over.signal.aborted && failures.length === 0) await round();
  })();
  const stop = async (): Promise<void> => {
    if (over.signal.aborted) return;
    over.abort();
    await rounds;
    await round();
    for (const { agent } of askers) agent.destroy();
  };
  return { failures, shown, stop, [Symbol.asyncDispose]: stop };
}
