import { describe, expect, it } from "vitest";
import { UseCounts } from "../../src/lib/use-counts.ts";

describe("UseCounts", () => {
  it("opens as many as it may, and another when one is closed", () => {
    const counts = new UseCounts(2);
    const close = counts.open("a");
    counts.open("a");
    expect(counts.open("a")).toBeUndefined();
    close?.();
    expect(counts.open("a")).toBeDefined();
  });

  it("closes each only once", () => {
    const counts = new UseCounts(2);
    const close = counts.open("a");
    counts.open("a");
    close?.();
    close?.();
    counts.open("a");
    expect(counts.open("a")).toBeUndefined();
  });

  it("keeps only clients that have something open", () => {
    const counts = new UseCounts(1);
    for (let i = 0; i < 10_000; i++) counts.open(String(i))?.();
    expect(counts.size).toBe(0);
    counts.open("a");
    expect(counts.size).toBe(1);
  });
});
