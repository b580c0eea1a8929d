import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mapOrdered } from "../../../src/corpus/sources/map-ordered.ts";

describe("mapOrdered", () => {
  it("keeps the order and the bound, whatever finishes first", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (scheduler, inputs, concurrency) => {
          let open = 0;
          let most = 0;
          const work = async (input: number): Promise<number> => {
            most = Math.max(most, ++open);
            await scheduler.schedule(Promise.resolve());
            open -= 1;
            return input * 2;
          };
          const collected = (async () => {
            const results: number[] = [];
            for await (const one of mapOrdered(inputs, concurrency, work)) results.push(one);
            return results;
          })();
          await scheduler.waitFor(collected);
          expect(await collected).toEqual(inputs.map((input) => input * 2));
          expect(most).toBeLessThanOrEqual(concurrency);
        },
      ),
    );
  });

  it("throws a failure in its turn and starts nothing more", async () => {
    const started: number[] = [];
    const work = async (input: number): Promise<number> => {
      started.push(input);
      if (input === 1) throw new Error("broken");
      return input;
    };
    const results: number[] = [];
    const reading = (async () => {
      for await (const one of mapOrdered([0, 1, 2, 3, 4, 5, 6], 2, work)) results.push(one);
    })();
    await expect(reading).rejects.toThrow("broken");
    expect(results).toEqual([0]);
    expect(started).toEqual([0, 1, 2]);
  });
});
