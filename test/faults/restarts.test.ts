import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LETS_ENCRYPT_LIMITS, nextTokenAt } from "../../src/certs/ledger/rate-limits.ts";
import { DAY, HOUR, KeeperStage, URN } from "../certs/manager/keeper-stage.ts";
import { Mortal } from "./mortal.ts";

const MINUTE = 60_000;
const refusal = { type: `${URN}connection`, detail: "timeout" };

/** A process on what is left of the one before, which dies when told to, or at its n-th operation. */
async function reincarnate(stage: KeeperStage, killAt?: number): Promise<Mortal> {
  const mortal = new Mortal(killAt, "after");
  const disk = stage.storage;
  stage.storage = mortal.storage(disk);
  stage.transport = (inner) => mortal.transport(inner);
  stage.manager = stage.newManager();
  stage.storage = disk;
  void stage.manager.start();
  return mortal;
}

async function turn(): Promise<void> {
  for (let i = 0; i < 12; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

describe("a thousand restarts", () => {
  it("against a CA that always refuses cost what the ledger says, and no more", async () => {
    const stage = new KeeperStage({ ca: { behaviour: { validate: () => refusal } } });
    const started = stage.clock.now();
    for (let i = 0; i < 1_000; i++) {
      const mortal = await reincarnate(stage);
      await turn();
      for (let step = 0; step < 3; step++) {
        await stage.clock.advance(15_000);
        await turn();
      }
      mortal.kill();
    }
    expect(stage.clock.now() - started).toBeGreaterThan(12 * HOUR);
    // 0, 1, 11 and 111 minutes; then tomorrow.
    expect(stage.count("POST newOrder")).toBeLessThanOrEqual(5);
    expect(stage.count("POST challenge")).toBeLessThanOrEqual(5);
    expect(stage.ca.server.store.accounts.size).toBe(1);
  }, 60_000);

  it("each killed in the middle do not add up to orders", async () => {
    const stage = new KeeperStage();
    for (let i = 0; i < 1_000; i++) {
      const mortal = await reincarnate(stage, 3 + (i % 5));
      await turn();
      mortal.kill();
      await stage.clock.advance(MINUTE);
    }
    expect(stage.ca.server.store.orders.size).toBeLessThanOrEqual(1);
    expect(stage.ca.requests.length).toBeLessThan(100);
    stage.transport = (inner) => inner;
    await stage.restart();
    await stage.pass(2 * DAY);
    expect(stage.manager.status().state).toBe("ok");
    expect(stage.ca.server.store.orders.size).toBe(1);
    expect(stage.ca.server.store.accounts.size).toBe(1);
  }, 60_000);
});

type Happening =
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "restart" | "crash" | "force" | "refuse" | "accept" | "flap" | "outage" };

describe("whatever happens", () => {
  it("the CA's limits are never touched, and no good certificate is lost", async () => {
    const happening = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constant("pass" as const),
          ms: fc.integer({ min: 1_000, max: 3 * DAY }),
        }),
      },
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constantFrom("restart", "crash", "force", "refuse", "accept", "flap", "outage"),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 40 }), async (story) => {
        await live(story as Happening[]);
      }),
      { numRuns: 12, seed: 11 },
    );
  }, 120_000);
});

async function live(story: readonly Happening[]): Promise<void> {
  let answer: "valid" | typeof refusal = "valid";
  let observed = 0;
  const failedValidations: number[] = [];
  const orders: number[] = [];
  const stage: KeeperStage = new KeeperStage({
    limits: LETS_ENCRYPT_LIMITS,
    observe: () => Promise.resolve(String(observed)),
    ca: {
      behaviour: {
        offersRenewalInfo: false,
        validate: () => {
          if (answer !== "valid") failedValidations.push(stage.clock.now());
          return answer;
        },
      },
    },
  });
  const { newOrders, certificatesPerSet, failedValidationsPerIdentifier } = LETS_ENCRYPT_LIMITS;
  if (!newOrders || !certificatesPerSet || !failedValidationsPerIdentifier) expect.fail();
  await stage.start();
  for (const each of story) {
    if (each.kind === "pass") await stage.pass(each.ms);
    if (each.kind === "refuse") answer = refusal;
    if (each.kind === "accept") answer = "valid";
    if (each.kind === "flap") observed += 1;
    if (each.kind === "outage") stage.ca.inject({ on: "any", fault: { kind: "lost" }, times: 5 });
    if (each.kind === "force") {
      const done = stage.manager.renewNow({ force: true });
      await stage.settle();
      await done;
    }
    if (each.kind === "restart" || each.kind === "crash") {
      await stage.dispose();
      await stage.restart();
    }
    orders.length = 0;
  }
  const certificates = stage.ca.issued.map(({ notBefore }) => notBefore + HOUR);
  expectWithin(certificatesPerSet, certificates);
  expectWithin(failedValidationsPerIdentifier, failedValidations);
  const { certificate, state } = stage.manager.status();
  const best = Math.max(0, ...stage.ca.issued.map(({ notAfter }) => notAfter));
  if (best > stage.clock.now()) expect(["ok", "expiring"]).toContain(state);
  expect(certificate?.notAfter ?? 0).toBeLessThanOrEqual(best);
  await stage.dispose();
}

/** Every use was allowed by a bucket that knew only those before it. */
function expectWithin(limit: Parameters<typeof nextTokenAt>[0], times: readonly number[]): void {
  for (const [i, at] of times.entries()) {
    expect(nextTokenAt(limit, times.slice(0, i))).toBeLessThanOrEqual(at + MINUTE);
  }
}
