import { describe, expect, it } from "vitest";
import { SimulatedClock } from "../../../src/certs/drill/simulated-clock.ts";

describe("a simulated clock", () => {
  it("wakes each sleeper at its own instant, in order", async () => {
    const clock = new SimulatedClock(1_000);
    const woken: [string, number][] = [];
    const sleep = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woken.push([name, clock.now()]);
    };
    void sleep("late", 30).then(() => sleep("later", 10));
    void sleep("early", 5);
    void sleep("never", 1_000);
    await clock.pass(50);
    expect(woken).toEqual([
      ["early", 1_005],
      ["late", 1_030],
      ["later", 1_040],
    ]);
    expect(clock.now()).toBe(1_050);
    expect(clock.nextWakeAt).toBe(2_000);
  });

  it("stands still while work goes on in the background", async () => {
    const clock = new SimulatedClock(0);
    let seenAt: number | undefined;
    const work = async (): Promise<void> => {
      await clock.sleep(10);
      for (let i = 0; i < 20; i++) await new Promise<void>((resolve) => setImmediate(resolve));
      seenAt = clock.now();
      await clock.sleep(1_000);
    };
    void work();
    await clock.pass(500);
    expect(seenAt).toBe(10);
  });

  it("lets a sleeper go when its signal aborts", async () => {
    const clock = new SimulatedClock(0);
    const reason = new Error("stop");
    const controller = new AbortController();
    const slept = clock.sleep(10, controller.signal);
    controller.abort(reason);
    await expect(slept).rejects.toBe(reason);
    expect(clock.sleeping).toBe(0);
    await expect(clock.sleep(10, controller.signal)).rejects.toBe(reason);
  });

  it("goes back when it is set back", async () => {
    const clock = new SimulatedClock(5_000);
    const slept = clock.sleep(100);
    clock.jump(1_000);
    expect(clock.now()).toBe(1_000);
    await clock.advance(10_000);
    await slept;
  });
});
