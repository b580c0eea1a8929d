import { describe, expect, it } from "vitest";
import { DocportError } from "../../src/lib/errors.ts";
import { type WorkerEvent, WorkerPool } from "../../src/workers/worker-pool.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeWorker } from "./fake-worker.ts";

/** A pool of workers in this process, each as `begin` makes it. */
function poolOf(count: number, begin: (worker: FakeWorker, number: number) => void = serve) {
  const clock = new FakeClock();
  const workers: FakeWorker[] = [];
  const events: WorkerEvent[] = [];
  const pool = new WorkerPool({
    count,
    clock,
    onEvent: (event) => events.push(event),
    start() {
      const worker = new FakeWorker();
      begin(worker, workers.push(worker));
      return worker.process;
    },
  });
  return { pool, clock, workers, events };
}

function serve(worker: FakeWorker): void {
  const { link, process } = worker;
  link.on("listening", () => process.pid);
  link.on("ready", () => {});
  link.on("close", () => worker.exit("exit code 0"));
}

/** Second by second, each long enough for what is said over a pipe and back. */
async function passSeconds(clock: FakeClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await clock.pass(1_000);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function started(count: number, begin: (worker: FakeWorker) => void = serve) {
  const stage = poolOf(count, begin);
  await stage.pool.set("task", "serve");
  await stage.pool.start("listening");
  await stage.pool.untilReady();
  return stage;
}

describe("WorkerPool", () => {
  it("answers workers that were there before somebody answers, and those that come", async () => {
    const { pool, workers } = await started(2);
    pool.on("refresh", (value) => ["asked by", value]);
    workers[0]?.exit("SIGKILL");
    await pool.set("a", 1);
    const answers = workers.slice(1).map(({ link, process }) => link.ask("refresh", process.pid));
    expect(await Promise.all(answers)).toEqual(
      workers.slice(1).map(({ process }) => ["asked by", process.pid]),
    );
  });

  it("gives workers the state before they are asked anything, and each change of it", async () => {
    const seen: unknown[] = [];
    const { pool, workers } = poolOf(3, (worker) => {
      serve(worker);
      worker.link.on("listening", () => worker.link.get("task"));
      worker.link.follow("answer:", (value, key) => void seen.push([key, value]));
    });
    await pool.set("task", "serve");
    expect(await pool.start("listening")).toEqual(["serve", "serve", "serve"]);
    await pool.set("answer:token", "yes");
    expect(seen).toEqual(Array.from({ length: 3 }, () => ["answer:token", "yes"]));
    await pool.delete("answer:token");
    expect(seen.slice(3)).toEqual(Array.from({ length: 3 }, () => ["answer:token", undefined]));
    expect(workers.map(({ link }) => link.get("answer:token"))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("has set a value only when all have taken it, and says who does not want it", async () => {
    let isTaken = false;
    const { pool } = await started(2, (worker) => {
      serve(worker);
      worker.link.follow("pair", async (value) => {
        if (value === "nonsense") throw new DocportError("ERR_CERT_REJECTED", "no pair");
        for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
        isTaken = true;
      });
    });
    await pool.set("pair", "good");
    expect(isTaken).toBe(true);
    await expect(pool.set("pair", "nonsense")).rejects.toMatchObject({
      code: "ERR_CERT_REJECTED",
      message: "no pair",
    });
  });

  it("replaces one that dies at once, with all that was set meanwhile", async () => {
    const { pool, workers, events, clock } = await started(2);
    await clock.advance(60_000);
    workers[0]?.exit("SIGKILL");
    // One that is gone holds nothing up.
    await pool.set("pair", "new");
    await clock.advance(0);
    await clock.advance(0);
    expect(events.map(({ kind }) => kind)).toEqual(["died", "replaced"]);
    expect(workers[2]?.link.get("pair")).toBe("new");
    expect(pool.pids).toEqual([workers[1]?.process.pid, workers[2]?.process.pid]);
  });

  it("asks all that serve, and takes the answers of those that give one", async () => {
    const { pool, workers } = await started(3);
    workers[0]?.link.on("metrics", () => 1);
    workers[1]?.link.on("metrics", () => new Promise(() => {}));
    workers[2]?.link.on("metrics", () => 3);
    const asked = pool.ask("metrics");
    await new Promise((resolve) => setImmediate(resolve));
    workers[1]?.exit("SIGKILL");
    expect(await asked).toEqual([1, 3]);
  });

  it("answers workers, those that come later too", async () => {
    const { pool, workers, clock } = await started(1);
    pool.on("refresh", () => "late");
    workers[0]?.exit("SIGKILL");
    await clock.advance(0);
    await clock.advance(0);
    await clock.advance(0);
    expect(await workers[1]?.link.ask("refresh")).toBe("late");
  });

  it("fails with what the first one says, and leaves none running", async () => {
    const { pool, workers } = poolOf(3, (worker, number) => {
      serve(worker);
      worker.link.on("listening", () => {
        if (number === 2)
          throw new DocportError("ERR_LISTEN_IN_USE", "taken", { hint: "Stop it." });
        return number;
      });
    });
    await expect(pool.start("listening")).rejects.toMatchObject({
      code: "ERR_LISTEN_IN_USE",
      hint: "Stop it.",
    });
    expect(workers).toHaveLength(3);
    expect(pool.pids).toEqual([]);
  });

  it.each(["listening", "ready"])(
    "fails when one ends without a word before it is %s",
    async (at) => {
      const { pool } = poolOf(2, (worker, number) => {
        serve(worker);
        worker.link.on(at, () => {
          if (number === 1) return number;
          worker.exit("SIGKILL");
          return new Promise(() => {});
        });
      });
      const starting = pool.start("listening").then(() => pool.untilReady());
      await expect(starting).rejects.toMatchObject({ code: "ERR_WORKERS" });
    },
  );

  it.each(["at its start", "as soon as it serves"])(
    "starts slower and slower what dies %s, and gives up when nobody is left",
    async (when) => {
      let isBroken = false;
      const { pool, workers, events, clock } = await started(1, (worker) => {
        serve(worker);
        worker.link.on("ready", () => {
          if (isBroken && when === "at its start") throw new Error("no memory");
          if (isBroken) setImmediate(() => setImmediate(() => worker.exit("SIGSEGV")));
        });
      });
      const lost: unknown[] = [];
      pool.lost.catch((error: unknown) => lost.push(error));
      isBroken = true;
      workers[0]?.exit("SIGSEGV");
      const startedAt: number[] = [];
      for (let seen = 1; lost.length === 0; ) {
        await clock.advance(10);
        if (workers.length > seen) startedAt.push(clock.now());
        seen = workers.length;
      }
      expect(lost).toMatchObject([{ code: "ERR_WORKERS" }]);
      const pauses = startedAt.slice(1).map((at, i) => at - (startedAt[i] ?? 0));
      expect(pauses.length).toBeGreaterThanOrEqual(2);
      expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
      expect(pauses.at(-1)).toBeGreaterThan(pauses[0] ?? 0);
      expect(events.at(-1)?.kind).not.toBe("replaced");
    },
  );

  it("has all end their requests, and kills who does not", async () => {
    const ended: unknown[] = [];
    const { pool, workers, clock } = await started(2, (worker) => {
      serve(worker);
      worker.process.onExit((how) => void ended.push(how));
    });
    workers[1]?.link.on("close", () => new Promise(() => {}));
    const closing = pool.close(10_000);
    await clock.advance(10_000);
    await closing;
    expect(ended).toEqual(["exit code 0", "SIGKILL"]);
  });

  it("ends a worker that gives no sign of life, and goes on with another", async () => {
    const { pool, clock, workers, events } = await started(2);
    const [hanging] = workers;
    hanging?.link.on("alive", () => new Promise(() => {}));
    const setting = pool.set("pair", "new");
    hanging?.link.follow("pair", () => new Promise(() => {}));
    await passSeconds(clock, 29);
    expect(events).toEqual([]);
    await passSeconds(clock, 2);
    const { pid } = hanging?.process ?? {};
    expect(events.filter(({ kind }) => kind !== "replaced")).toEqual([
      { kind: "hung", pid },
      { kind: "died", pid, how: "SIGKILL" },
    ]);
    // What waited for it does not any more, and the next one begins with it.
    await setting;
    await expect.poll(() => workers[2]?.link.get("pair")).toBe("new");
    await pool.close(0);
  });

  it("leaves a worker alone that answers late now and then", async () => {
    const { pool, clock, workers, events } = await started(1);
    let asked = 0;
    workers[0]?.link.on("alive", async () => {
      if (++asked % 3 !== 0) await clock.sleep(8_000);
    });
    await passSeconds(clock, 600);
    expect(asked).toBeGreaterThan(30);
    expect(events).toEqual([]);
    await pool.close(0);
  });
});
