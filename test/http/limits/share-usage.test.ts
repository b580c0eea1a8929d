import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shareUsage } from "../../../src/http/limits/share-usage.ts";
import { TokenBuckets } from "../../../src/http/limits/token-buckets.ts";
import type { ClientUsage, UsagePeers } from "../../../src/lib/client-usage.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const PAUSE_MS = 1_000;
const STEP_MS = 100;
const MINUTE_MS = 60_000;

/** So many processes that count together, and what they tell each other arrives at once. */
class Processes {
  readonly clock: FakeClock = new FakeClock();
  readonly buckets: readonly TokenBuckets[];
  readonly #listeners: ((usage: ClientUsage) => void)[] = [];
  readonly #ended = new AbortController();
  readonly #sharing: Promise<void>[];
  isCut = false;

  constructor(count: number, perMinute: number) {
    const { clock } = this;
    this.buckets = Array.from({ length: count }, () => new TokenBuckets({ perMinute, clock }));
    this.#sharing = this.buckets.map((buckets, own) =>
      shareUsage(buckets, this.#peersOf(own), { clock, signal: this.#ended.signal }),
    );
  }

  /** Asks each process that is named, and lets time pass. Resolves with how many were let through. */
  async step(asked: readonly number[]): Promise<number> {
    const allowed = asked.filter((own) => this.buckets[own]?.take("client").isAllowed);
    await this.clock.pass(STEP_MS);
    return allowed.length;
  }

  async end(): Promise<void> {
    this.#ended.abort();
    await Promise.all(this.#sharing);
  }

  #peersOf(own: number): UsagePeers {
    return {
      pauseMs: PAUSE_MS,
      tell: (usage) => {
        if (this.isCut) return Promise.reject(new Error("cut"));
        for (const [other, listener] of this.#listeners.entries())
          if (other !== own) listener(usage);
        return Promise.resolve();
      },
      hear: (listener) => {
        this.#listeners[own] = listener;
        return () => (this.#listeners[own] = () => {});
      },
    };
  }
}

/** Requests let through in each step, of a client that asks all processes as often as it can. */
async function flood(processes: Processes, steps: number): Promise<number[]> {
  const all = processes.buckets.flatMap((_, own) => Array.from({ length: 60 }, () => own));
  const allowed: number[] = [];
  for (let step = 0; step < steps; step++) allowed.push(await processes.step(all));
  return allowed;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

describe("processes that count their clients together", () => {
  it.each([2, 3, 5, 10])("let through no more than is stated, %s of them", async (count) => {
    const perMinute = 240;
    const processes = new Processes(count, perMinute);
    const allowed = await flood(processes, (5 * MINUTE_MS) / STEP_MS);
    await processes.end();
    const perWindow = MINUTE_MS / STEP_MS;
    // What each lets through before it has heard of the others: its burst, then what flows in.
    const error = count * (perMinute / 80 + 1);
    const most = Math.max(perMinute, (count * perMinute) / 4) + error;
    for (let from = 0; from + perWindow <= allowed.length; from++) {
      expect(sum(allowed.slice(from, from + perWindow))).toBeLessThanOrEqual(most);
    }
    // What was too much at first is owed, so that in the long run the limit is kept.
    const burst = perMinute / 4;
    expect(sum(allowed)).toBeLessThanOrEqual(Math.max(burst * count, 5 * perMinute) + error);
    expect(sum(allowed)).toBeGreaterThan(3 * perMinute);
  });

  it("refuse nobody who keeps to what one process would let through, however it is spread", async () => {
    const steps = fc.array(fc.array(fc.nat(3), { maxLength: 2 }), {
      minLength: 20,
      maxLength: 300,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (asked) => {
        const one = new Processes(1, 240);
        const four = new Processes(4, 240);
        for (const owns of asked) {
          const kept: number[] = [];
          for (const own of owns) if (one.buckets[0]?.take("client").isAllowed) kept.push(own);
          await one.clock.pass(STEP_MS);
          expect(await four.step(kept)).toBe(kept.length);
        }
        await Promise.all([one.end(), four.end()]);
      }),
      { numRuns: 30 },
    );
  });

  it("go on alone when they hear nothing of each other, and owe nothing for that time", async () => {
    const processes = new Processes(2, 240);
    processes.isCut = true;
    const alone = await flood(processes, 100);
    expect(sum(alone)).toBeGreaterThan(240 / 2);
    processes.isCut = false;
    // Told now is what was used since; both have a full bucket after a minute as they would have had.
    for (let step = 0; step < MINUTE_MS / STEP_MS; step++) await processes.step([]);
    expect(await processes.step([...Array.from({ length: 59 }, () => 0)])).toBe(59);
    await processes.end();
  });

  it("forgive nothing that is owed when an answer turns out to be long", () => {
    const clock = new FakeClock();
    const buckets = new TokenBuckets({ perMinute: 60, clock });
    buckets.addUsage(new Map([["client", 300]]));
    buckets.charge("client", 5);
    // 285 are owed, and three quarters of the limit flow in each minute.
    clock.jump(clock.now() + 360_000);
    expect(buckets.take("client").isAllowed).toBe(false);
    clock.jump(clock.now() + 60_000);
    expect(buckets.take("client").isAllowed).toBe(true);
  });

  it("forget what nobody takes, and remember no more clients than there may be", () => {
    const buckets = new TokenBuckets({ perMinute: 4, maxClients: 10, clock: new FakeClock() });
    expect(buckets.takeUsage().size).toBe(0);
    for (let i = 0; i < 1_000; i++) buckets.take(String(i));
    expect(buckets.takeUsage().size).toBe(10);
    buckets.take("one");
    buckets.charge("one", 2.5);
    buckets.giveBack("one");
    expect([...buckets.takeUsage()]).toEqual([["one", 2.5]]);
    expect(buckets.takeUsage().size).toBe(0);
  });
});
