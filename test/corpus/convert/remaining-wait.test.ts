import { describe, expect, it } from "vitest";
import { remainingWaitMs } from "../../../src/corpus/convert/remaining-wait.ts";

const timeoutMs = 30_000;

describe("how long a conversion is waited for", () => {
  it.each([
    ["had the processor all the time", { wallMs: 30_000, cpuMs: 30_000 }, 0],
    ["shares the process with other work", { wallMs: 30_000, cpuMs: 55_000 }, 0],
    ["got a third of the processor", { wallMs: 30_000, cpuMs: 10_000 }, 20_000],
    ["has nearly had its time", { wallMs: 40_000, cpuMs: 29_999 }, 100],
    ["has had it in pieces", { wallMs: 90_000, cpuMs: 30_000 }, 0],
    ["never gets the processor", { wallMs: 300_000, cpuMs: 5_000 }, 0],
  ])("when it %s", (_what, spent, expected) => {
    expect(remainingWaitMs({ timeoutMs, ...spent })).toBe(expected);
  });
});
