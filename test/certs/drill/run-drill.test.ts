import { describe, expect, it } from "vitest";
import { INCIDENTS } from "../../../src/certs/drill/drill-incidents.ts";
import { type DrillOptions, runDrill, uncoveredMs } from "../../../src/certs/drill/run-drill.ts";

const DAY = 86_400_000;
const DRILL: DrillOptions = {
  names: ["docs.example.com"],
  days: 62,
  lifetimeMs: 45 * DAY,
  seed: 3,
};

describe("a drill", () => {
  it("is the same for the same seed, and another one for another", async () => {
    const [one, two, other] = [
      await runDrill(DRILL),
      await runDrill(DRILL),
      await runDrill({ ...DRILL, seed: 4 }),
    ];
    expect(two).toEqual(one);
    expect(other.entries).not.toEqual(one.entries);
  }, 60_000);

  it.each([
    ["90 days", 90 * DAY, 130],
    ["160 hours", 160 * 3_600_000, 45],
  ])(
    "with certificates of %s is never without one",
    async (_, lifetimeMs, days) => {
      const report = await runDrill({ ...DRILL, lifetimeMs, days });
      expect(report.daysWithoutCertificate).toBe(0);
      expect(report.incidents).toBeGreaterThanOrEqual(2);
      expect(report.entries[0]).toMatchObject({ kind: "issued" });
      expect(report.entries.filter(({ kind }) => kind === "incident-over")).toHaveLength(
        report.incidents,
      );
    },
    60_000,
  );

  it("stops when it is told to", async () => {
    const reason = new Error("enough");
    await expect(runDrill(DRILL, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it("has each incident once in a long time", async () => {
    const { entries, incidents } = await runDrill({
      ...DRILL,
      lifetimeMs: 160 * 3_600_000,
      days: 80,
    });
    expect(incidents).toBe(INCIDENTS.length);
    const told = entries.filter(({ kind }) => kind === "incident").map(({ text }) => text);
    expect(told.toSorted()).toEqual(INCIDENTS.map(({ sentence }) => sentence).toSorted());
  }, 60_000);
});

describe("the time without a valid certificate", () => {
  const span = (serialNumber: string, from: number, notAfter: number) => ({
    serialNumber,
    from,
    notAfter,
  });

  it.each([
    ["none at all", [], {}, 0],
    ["one that lasts", [span("a", 0, 100)], {}, 0],
    ["one that expires", [span("a", 0, 40)], {}, 60],
    ["one that is replaced in time", [span("a", 0, 60), span("b", 50, 200)], {}, 0],
    ["one that is replaced late", [span("a", 0, 60), span("b", 75, 200)], {}, 15],
    [
      "one that is revoked before it is replaced",
      [span("a", 0, 90), span("b", 50, 200)],
      { a: 30 },
      20,
    ],
    ["one that was revoked after it", [span("a", 0, 90), span("b", 50, 200)], { a: 70 }, 0],
    ["one that had expired before it was served", [span("a", 20, 10)], {}, 80],
  ])("of %s", (_, served, revoked, expected) => {
    expect(uncoveredMs(served, new Map(Object.entries(revoked)), 100)).toBe(expected);
  });
});
