import { describe, expect, it } from "vitest";
import type { ClientUsage, UsagePeers } from "../../src/lib/client-usage.ts";
import { relayWorkerUsage, workerUsagePeers } from "../../src/worker-usage.ts";
import type { ChannelHandler } from "../../src/workers/channel.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** A primary and its workers, which hear of each other without a channel. */
class Processes {
  readonly heard: ClientUsage[][] = [];
  readonly workers: UsagePeers[] = [];
  readonly #ofPrimary = new Map<string, ChannelHandler>();
  readonly #ofWorkers: Map<string, ChannelHandler>[] = [];

  readonly pool = {
    on: (name: string, handler: ChannelHandler): void => void this.#ofPrimary.set(name, handler),
    ask: (name: string, value?: unknown): Promise<unknown[]> =>
      Promise.all(this.#ofWorkers.map((handlers) => handlers.get(name)?.(value))),
  };

  constructor(count: number) {
    for (let pid = 1; pid <= count; pid++) {
      const handlers = new Map<string, ChannelHandler>();
      this.#ofWorkers.push(handlers);
      const link = {
        on: (name: string, handler: ChannelHandler): void => void handlers.set(name, handler),
        ask: async (name: string, value?: unknown): Promise<unknown> =>
          this.#ofPrimary.get(name)?.(value),
      };
      const worker = workerUsagePeers(link, pid);
      const heard: ClientUsage[] = [];
      worker.hear((usage) => heard.push(usage));
      this.heard.push(heard);
      this.workers.push(worker);
    }
  }
}

const usage = (requests: number): ClientUsage => new Map([["203.0.113.9", requests]]);

describe("workers that count their clients together", () => {
  it("hear of each other and not of themselves, also without replicas", async () => {
    const processes = new Processes(3);
    const { signal } = new AbortController();
    relayWorkerUsage(processes.pool, undefined, { clock: new FakeClock(), signal });
    await processes.workers[1]?.tell(usage(2));
    expect(processes.heard).toEqual([[usage(2)], [], [usage(2)]]);
  });

  it("are told to other replicas as one, and hear of them", async () => {
    const processes = new Processes(2);
    const clock = new FakeClock();
    const ended = new AbortController();
    const told: ClientUsage[] = [];
    let tellReplica: (usage: ClientUsage) => void = () => {};
    const replicas: UsagePeers = {
      pauseMs: 1_000,
      tell: async (counted) => void told.push(counted),
      hear: (listener) => {
        tellReplica = listener;
        return () => {};
      },
    };
    relayWorkerUsage(processes.pool, replicas, { clock, signal: ended.signal });
    await processes.workers[0]?.tell(usage(2));
    await processes.workers[1]?.tell(usage(3));
    await clock.pass(1_000);
    expect(told).toEqual([usage(5)]);
    await clock.pass(1_000);
    expect(told).toHaveLength(1);
    tellReplica(usage(7));
    expect(processes.heard).toEqual([
      [usage(3), usage(7)],
      [usage(2), usage(7)],
    ]);
    ended.abort();
  });
});
