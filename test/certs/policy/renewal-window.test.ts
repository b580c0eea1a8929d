import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isInsideWindow,
  isUsableWindow,
  planRenewal,
} from "../../../src/certs/policy/renewal-window.ts";

const NOW = Date.UTC(2026, 10, 22);
const HOUR = 3_600_000;
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("planRenewal", () => {
  it("draws inside the window, and leaves room to retry in it", () => {
    const offsets = fc.integer({ min: 1, max: 90 * 24 });
    fc.assert(
      fc.property(offsets, fc.integer({ min: 1, max: 96 }), chance, (inHours, hours, random) => {
        const start = NOW + inHours * HOUR;
        const window = { start, end: start + hours * HOUR };
        const plan = planRenewal(window, undefined, NOW, () => random);
        expect(plan?.renewAt).toBeGreaterThanOrEqual(window.start);
        expect(plan?.renewAt).toBeLessThanOrEqual(window.end - 0.2 * hours * HOUR);
      }),
    );
  });

  it("draws once: the same window, asked for again, keeps the lot", () => {
    const window = { start: NOW + HOUR, end: NOW + 20 * HOUR };
    const first = planRenewal(window, undefined, NOW, () => 0.3);
    expect(planRenewal({ ...window }, first, NOW + 5, () => 0.9)).toEqual(first);
  });

  it("keeps the lot in a moved window that still holds it, and draws anew otherwise", () => {
    const first = planRenewal(
      { start: NOW + HOUR, end: NOW + 3 * HOUR },
      undefined,
      NOW,
      () => 0.5,
    );
    const wider = planRenewal({ start: NOW, end: NOW + 9 * HOUR }, first, NOW, () => 0.99);
    expect(wider?.renewAt).toBe(first?.renewAt);
    const later = planRenewal(
      { start: NOW + 50 * HOUR, end: NOW + 60 * HOUR },
      first,
      NOW,
      () => 0,
    );
    expect(later?.renewAt).toBe(NOW + 50 * HOUR);
  });

  it("takes a window that is over for now, within five minutes", () => {
    const over = { start: NOW - 2 * HOUR, end: NOW - HOUR };
    const plan = planRenewal(over, undefined, NOW, () => 0.5);
    expect(plan?.renewAt).toBe(NOW + 150_000);
    expect(planRenewal(over, plan, NOW + 60_000, () => 0.99)).toEqual(plan);
  });

  it("draws from what is left of a window that has begun", () => {
    const plan = planRenewal({ start: NOW - HOUR, end: NOW + HOUR }, undefined, NOW, () => 0);
    expect(plan?.renewAt).toBe(NOW);
    const late = planRenewal(
      { start: NOW - 99 * HOUR, end: NOW + HOUR },
      undefined,
      NOW,
      () => 0.5,
    );
    expect(late?.renewAt).toBeLessThanOrEqual(NOW);
  });

  it.each([
    { start: NOW, end: NOW },
    { start: NOW + 1, end: NOW },
    { start: Number.NaN, end: NOW },
    { start: NOW, end: Number.NaN },
    { start: NOW, end: Number.POSITIVE_INFINITY },
    { start: 0, end: NOW },
    { start: NOW, end: Date.UTC(9999, 0, 1) },
  ])("takes %j for no news", (window) => {
    expect(isUsableWindow(window)).toBe(false);
    expect(planRenewal(window, undefined, NOW, Math.random)).toBeUndefined();
    const plan = { start: NOW, end: NOW + HOUR, renewAt: NOW + 5 };
    expect(planRenewal(window, plan, NOW, Math.random)).toBe(plan);
  });

  it("knows that a window includes its start and not its end", () => {
    const window = { start: NOW, end: NOW + HOUR };
    expect(isInsideWindow(window, NOW)).toBe(true);
    expect(isInsideWindow(window, NOW + HOUR - 1)).toBe(true);
    expect(isInsideWindow(window, NOW + HOUR)).toBe(false);
    expect(isInsideWindow(window, NOW - 1)).toBe(false);
  });
});
