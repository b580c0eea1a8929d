import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { retryInstant } from "../../../src/certs/ledger/retry-schedule.ts";

const NOW = Date.UTC(2026, 10, 22);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const never = (): number => 0;
const waits = (counts: readonly number[], more = {}): number[] =>
  counts.map((count) => (retryInstant({ count, now: NOW, random: never, ...more }) - NOW) / MINUTE);

describe("retryInstant", () => {
  it("waits 1, 10, 100 minutes, then a day each time", () => {
    expect(waits([1, 2, 3, 4, 5, 50])).toEqual([1, 10, 100, 1440, 1440, 1440]);
  });

  it("comes back sooner when the certificate would expire meanwhile, but not before 100 minutes", () => {
    expect(waits([4], { expiresAt: NOW + 80 * HOUR })).toEqual([600]);
    expect(waits([4], { expiresAt: NOW + 2 * HOUR })).toEqual([100]);
    expect(waits([4], { expiresAt: NOW + 30 * DAY })).toEqual([1440]);
    expect(waits([4], { expiresAt: NOW - 1 })).toEqual([1440]);
  });

  it("keeps a Retry-After to the millisecond, up to a week", () => {
    const at = (retryAfterMs: number, count = 1): number =>
      retryInstant({ count, now: NOW, retryAfterMs, random: Math.random }) - NOW;
    expect(at(34 * HOUR)).toBe(34 * HOUR);
    expect(at(61_000, 4)).toBe(61_000);
    expect(at(10 * 365 * DAY)).toBe(7 * DAY);
  });

  it("does not run in circles for a CA that always says: in a second, in a minute", () => {
    expect(waits([4], { retryAfterMs: 1_000 })).toEqual([1440]);
    expect(waits([11], { retryAfterMs: MINUTE })).toEqual([1440]);
  });

  it("stays inside the renewal window when it can", () => {
    const window = { start: NOW - HOUR, end: NOW + 50 * MINUTE };
    const [wait = 0] = waits([3], { window });
    expect(wait).toBe(25);
    expect(waits([1], { window })).toEqual([1]);
    expect(waits([3], { window: { ...window, end: NOW + 15 * MINUTE } })).toEqual([100]);
  });

  it("never goes before a Retry-After, nor beyond a day and a fifth without one", () => {
    const failure = fc.record({
      count: fc.integer({ min: 1, max: 1_000 }),
      retryAfterMs: fc.option(fc.integer({ min: 1, max: 7 * DAY }), { nil: undefined }),
      expiresInMs: fc.integer({ min: -DAY, max: 90 * DAY }),
      random: fc.double({ min: 0, max: 1, noNaN: true }),
      windowMs: fc.integer({ min: -DAY, max: 2 * DAY }),
    });
    fc.assert(
      fc.property(failure, ({ count, retryAfterMs, expiresInMs, random, windowMs }) => {
        const at = retryInstant({
          count,
          now: NOW,
          expiresAt: NOW + expiresInMs,
          window: { start: NOW - HOUR, end: NOW + windowMs },
          random: () => random,
          ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        });
        expect(at - NOW).toBeGreaterThanOrEqual(retryAfterMs ?? MINUTE);
        expect(at - NOW).toBeLessThanOrEqual(Math.max(retryAfterMs ?? 0, DAY * 1.2));
      }),
    );
  });
});
