import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  LETS_ENCRYPT_LIMITS,
  nextTokenAt,
  type RateLimit,
} from "../../src/certs/ledger/rate-limits.ts";
import { MemoryStorage } from "../../src/certs/memory-storage.ts";
import { DAY, HOUR, KeeperStage, URN } from "../certs/manager/keeper-stage.ts";
import { Mortal } from "./mortal.ts";

const MINUTE = 60_000;
const refusal = { type: `${URN}connection`, detail: "timeout" };

/** A process on what is left of the one before, which dies when told to, or at its n-th operation. */
function reincarnate(stage: KeeperStage, killAt?: number): Mortal {
  const mortal = new Mortal(killAt, "after");
  const disk = diskOf(stage);
  stage.storage = mortal.storage(disk);
  stage.transport = (inner) => mortal.transport(inner);
  stage.manager = stage.newManager();
  stage.storage = disk;
  void stage.manager.start();
  return mortal;
}

/** What is on the disk; the lease of a dead process is not. */
function diskOf({ storage }: KeeperStage): MemoryStorage {
  if (!(storage instanceof MemoryStorage)) throw new Error("a disk in memory is expected");
  return new MemoryStorage(storage);
}

async function turn(): Promise<void> {
  for (let i = 0; i < 12; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

describe("a thousand restarts", () => {
  it("against a CA that always refuses cost what the ledger says, and no more", async () => {
    const stage = new KeeperStage({ ca: { behaviour: { validate: () => refusal } } });
    const started = stage.clock.now();
    for (let i = 0; i < 1_000; i++) {
      const mortal = reincarnate(stage);
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
      const mortal = reincarnate(stage, 3 + (i % 5));
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

describe("a crash loop", () => {
  it("that dies at the same place each time becomes slow, not loud", async () => {
    const stage = new KeeperStage();
    for (let i = 0; i < 1_000; i++) {
      const mortal = reincarnate(stage, 3);
      await turn();
      mortal.kill();
      await stage.clock.advance(MINUTE);
    }
    expect(stage.ca.requests.length).toBeLessThan(20);
  }, 60_000);

  it("does not tell the CA twice that it may look", async () => {
    const stage = new KeeperStage({ ca: { behaviour: { validate: () => "never" } } });
    await stage.start();
    for (let i = 0; i < 5; i++) {
      await stage.dispose();
      await stage.restart();
      await stage.pass(2 * HOUR);
    }
    const [order] = stage.ca.server.store.orders.values();
    const told = order?.authorizations.flatMap(({ challenges }) => challenges);
    expect(told?.reduce((sum, { responses }) => sum + responses, 0)).toBe(1);
    await stage.dispose();
  });
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
    const property = fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 40 }), async (story) => {
        await live(story);
      }),
      { numRuns: 12, seed: 11 },
    );
    await expect(property).resolves.toBeUndefined();
  }, 120_000);
});

async function live(story: readonly Happening[]): Promise<void> {
  let answer: "valid" | typeof refusal = "valid";
  let observed = 0;
  const failedValidations: number[] = [];
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
  let mortal = new Mortal();
  /** A process that may die: what it writes and asks ends with it. */
  const begin = async (): Promise<void> => {
    mortal = new Mortal();
    const disk = diskOf(stage);
    stage.storage = mortal.storage(disk);
    stage.transport = (inner) => mortal.transport(inner);
    stage.manager = stage.newManager();
    stage.storage = disk;
    await stage.manager.start();
  };
  await begin();
  for (const each of story) {
    if (each.kind === "pass") await stage.pass(each.ms);
    if (each.kind === "refuse") answer = refusal;
    if (each.kind === "accept") answer = "valid";
    if (each.kind === "flap") observed += 1;
    if (each.kind === "outage") stage.ca.inject({ on: "any", fault: { kind: "lost" }, times: 5 });
    if (each.kind === "force") {
      void stage.manager.renewNow({ force: true });
      await stage.settle();
    }
    if (each.kind === "restart") await stage.dispose();
    if (each.kind === "crash") mortal.kill();
    if (each.kind === "restart" || each.kind === "crash") await begin();
  }
  const certificates = stage.ca.issued.map(({ notBefore }) => notBefore + HOUR);
  expectWithin(LETS_ENCRYPT_LIMITS.certificatesPerSet, certificates);
  expectWithin(LETS_ENCRYPT_LIMITS.failedValidationsPerIdentifier, failedValidations);
  const { certificate, isReady } = stage.manager.status();
  const best = Math.max(0, ...stage.ca.issued.map(({ notAfter }) => notAfter));
  expect(certificate?.notAfter ?? 0).toBeLessThanOrEqual(best);
  // One that was issued and has been fetched is served as long as it lives.
  const isServed = certificate !== undefined && certificate.notAfter > stage.clock.now();
  expect(isReady).toBe(isServed);
  expect(certificate === undefined && stage.served.length > 0).toBe(false);
  mortal.kill();
}

/** Every use was allowed by a bucket that knew only those before it. */
function expectWithin(limit: RateLimit | undefined, times: readonly number[]): void {
  for (const [i, at] of times.entries()) {
    expect(limit && nextTokenAt(limit, times.slice(0, i))).toBeLessThanOrEqual(at + MINUTE);
  }
}
