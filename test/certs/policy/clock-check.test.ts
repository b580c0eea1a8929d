import { describe, expect, it } from "vitest";
import { clockAheadMs, explainClock, judgeClock } from "../../../src/certs/policy/clock-check.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;

describe("judgeClock", () => {
  it.each([0, Number.NaN, Number.POSITIVE_INFINITY, Date.UTC(1970, 0, 1), Date.UTC(2200, 0, 1)])(
    "suspects %d by itself",
    (now) => {
      expect(judgeClock(now, undefined)).toEqual({ kind: "suspect" });
    },
  );

  it("is content with minutes, notes hours, and refuses more than a day", () => {
    expect(judgeClock(NOW, undefined)).toEqual({ kind: "ok" });
    expect(judgeClock(NOW, -4 * 60_000)).toEqual({ kind: "ok" });
    expect(judgeClock(NOW, -3 * HOUR)).toEqual({ kind: "off", aheadMs: -3 * HOUR });
    expect(judgeClock(NOW, 25 * HOUR)).toEqual({ kind: "suspect", aheadMs: 25 * HOUR });
  });

  it("reads the CA's Date header, and no nonsense", () => {
    expect(clockAheadMs(NOW + 90_000, "Sun, 22 Nov 2026 12:00:00 GMT")).toBe(90_000);
    expect(clockAheadMs(NOW, null)).toBeUndefined();
    expect(clockAheadMs(NOW, "yesterday")).toBeUndefined();
    expect(clockAheadMs(NOW, "Thu, 01 Jan 1970 00:00:00 GMT")).toBeUndefined();
  });

  it("says it in a sentence", () => {
    expect(explainClock({ kind: "suspect", aheadMs: -72 * HOUR }, NOW).sentence).toBe(
      "The clock of this computer is 3 days behind the CA's.",
    );
    expect(explainClock({ kind: "suspect" }, 0).sentence).toBe(
      "The clock of this computer says 1970-01-01T00:00Z, which cannot be.",
    );
    expect(explainClock({ kind: "suspect" }, Number.NaN).sentence).toContain("nonsense");
  });
});
