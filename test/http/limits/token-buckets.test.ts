import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenBuckets } from "../../../src/http/limits/token-buckets.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const WINDOW_IN_MS = 60_000;

describe("TokenBuckets", () => {
  it("never lets more than the limit through in any minute", () => {
    const waits = fc.array(fc.oneof(fc.constant(0), fc.nat(500), fc.nat(90_000)), {
      minLength: 50,
      maxLength: 400,
    });
    fc.assert(
      fc.property(waits, fc.integer({ min: 2, max: 60 }), (steps, perMinute) => {
        let now = 0;
        const clock = { now: () => now, sleep: () => Promise.resolve() };
        const buckets = new TokenBuckets({ perMinute, clock });
        const allowed: number[] = [];
        for (const step of steps) {
          now += step;
          if (buckets.take("client").isAllowed) allowed.push(now);
        }
        for (const [index, start] of allowed.entries()) {
          const inWindow = allowed.slice(index).filter((at) => at < start + WINDOW_IN_MS);
          expect(inWindow.length).toBeLessThanOrEqual(perMinute);
        }
      }),
    );
  });

  it("allows the next request after the wait that it names, and not before", () => {
    let now = 0;
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    const buckets = new TokenBuckets({ perMinute: 60, clock });
    while (buckets.take("client").isAllowed);
    const { retryInMs } = buckets.take("client");
    expect(retryInMs).toBeGreaterThan(0);
    now += retryInMs - 2;
    expect(buckets.take("client").isAllowed).toBe(false);
    now += 2;
    expect(buckets.take("client").isAllowed).toBe(true);
  });

  it("gives a request back", () => {
    const buckets = new TokenBuckets({ perMinute: 4, clock: new FakeClock() });
    for (let i = 0; i < 20; i++) {
      expect(buckets.take("client").isAllowed).toBe(true);
      buckets.giveBack("client");
    }
    buckets.take("client");
    expect(buckets.take("client").isAllowed).toBe(false);
  });

  it("goes on when the clock is set back", () => {
    let now = 1e9;
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    const buckets = new TokenBuckets({ perMinute: 60, clock });
    while (buckets.take("client").isAllowed);
    now = 0;
    buckets.take("client");
    now = 2_000;
    expect(buckets.take("client").isAllowed).toBe(true);
  });

  it("remembers no more clients than it may, of a million", () => {
    const buckets = new TokenBuckets({ perMinute: 4, maxClients: 1_000, clock: new FakeClock() });
    for (let i = 0; i < 1_000_000; i++) buckets.take(String(i));
    expect(buckets.size).toBe(1_000);
  });

  it("forgets the client that was not seen for longest", () => {
    const buckets = new TokenBuckets({ perMinute: 4, maxClients: 2, clock: new FakeClock() });
    for (const client of ["a", "b", "a", "c"]) buckets.take(client);
    expect(buckets.take("a").isAllowed).toBe(false);
    expect(buckets.take("b").isAllowed).toBe(true);
  });
});
