import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { FileStorage } from "../../../src/certs/file-storage.ts";
import { MemoryStorage } from "../../../src/certs/memory-storage.ts";
import type { Storage } from "../../../src/certs/storage.ts";
import { TicketKeeper, ticketKeysKey } from "../../../src/certs/tickets/ticket-keeper.ts";
import { TICKET_KEY_LIFE_MS as LIFE_MS } from "../../../src/certs/tickets/ticket-keys.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const NAMES = ["docs.example.com"];
const KEY = ticketKeysKey(NAMES);

const keepers: TicketKeeper[] = [];
afterEach(async () => {
  await Promise.all(keepers.splice(0).map((keeper) => keeper[Symbol.asyncDispose]()));
});

/** A process on the storage; what it uses, the newest last. */
function keeperOn(storage: Storage, clock: FakeClock) {
  const used: string[] = [];
  const activate = (key: Buffer): void => void used.push(key.toString("hex"));
  const keeper = new TicketKeeper({ storage, clock, names: NAMES, activate });
  keepers.push(keeper);
  return { keeper, used };
}

describe("TicketKeeper", () => {
  it("gives processes that start at once the same key, and they change it in the same instant", async () => {
    const storage = new MemoryStorage();
    const clock = new FakeClock();
    const all = Array.from({ length: 5 }, () => keeperOn(storage, clock));
    await Promise.all(all.map(({ keeper }) => keeper.start()));
    await clock.advance(2_000);
    const newest = (): Set<string | undefined> => new Set(all.map(({ used }) => used.at(-1)));
    expect(newest().size).toBe(1);
    for (let period = 1; period <= 5; period++) {
      const before = newest();
      await clock.advance(LIFE_MS);
      expect(newest().size).toBe(1);
      expect(newest()).not.toEqual(before);
    }
    const left = LIFE_MS - (clock.now() % LIFE_MS);
    await clock.advance(left - 1);
    const before = newest();
    await clock.advance(1);
    expect(newest()).not.toEqual(before);
    expect(newest().size).toBe(1);
  });

  it("has the same key after a restart", async () => {
    const storage = new MemoryStorage();
    const clock = new FakeClock();
    const first = keeperOn(storage, clock);
    await first.keeper.start();
    await first.keeper[Symbol.asyncDispose]();
    const second = keeperOn(storage, clock);
    await second.keeper.start();
    expect(second.used).toEqual(first.used);
  });

  it("keeps them for its owner alone, and sees in a folder that they were taken away", async () => {
    await using folder = await temporaryFolder();
    const storage = new FileStorage(folder.path);
    const clock = new FakeClock();
    const { keeper, used } = keeperOn(storage, clock);
    await keeper.start();
    expect((await stat(join(folder.path, KEY))).mode & 0o777).toBe(0o600);
    await storage.delete(KEY);
    await storage.store(KEY, "torn");
    await clock.advance(600_000);
    while (used.length < 2) await new Promise<void>((resolve) => setImmediate(resolve));
    expect(used[1]).not.toBe(used[0]);
    await keeper[Symbol.asyncDispose]();
  });

  it("takes keys of its own while the storage is away, and lets them get no older than others", async () => {
    const storage = new MemoryStorage();
    const away = (): Promise<never> => Promise.reject(new Error("away"));
    const broken: Storage = Object.assign(new MemoryStorage(), { load: away, tryLock: away });
    const clock = new FakeClock();
    const { keeper, used } = keeperOn(broken, clock);
    await keeper.start();
    expect(used).toHaveLength(1);
    await clock.advance(2 * LIFE_MS);
    expect(new Set(used).size).toBeGreaterThanOrEqual(2);
    Object.assign(broken, {
      load: (key: string) => storage.load(key),
      tryLock: (name: string) => storage.tryLock(name),
    });
    const other = keeperOn(storage, clock);
    await other.keeper.start();
    await clock.advance(600_000);
    expect(used.at(-1)).toBe(other.used.at(-1));
  });

  it("goes on with what it has read when nothing can be written, until that is over", async () => {
    const storage = new MemoryStorage();
    const clock = new FakeClock();
    const writer = keeperOn(storage, clock);
    await writer.keeper.start();
    await writer.keeper[Symbol.asyncDispose]();
    const readOnly: Storage = Object.assign(new MemoryStorage(), {
      load: (key: string) => storage.load(key),
      store: () => Promise.reject(new Error("read-only")),
    });
    const { keeper, used } = keeperOn(readOnly, clock);
    await keeper.start();
    expect(used).toEqual(writer.used);
    await clock.advance(3 * LIFE_MS);
    // The next one was there already; of the one after that it has to make its own.
    expect(new Set(used).size).toBeGreaterThanOrEqual(3);
  });

  it("does not answer another's keys for ever when their clocks differ by days", async () => {
    const storage = new MemoryStorage();
    let writes = 0;
    let tell = (): void => {};
    const shared: Storage = Object.assign(new MemoryStorage(), {
      load: (key: string) => storage.load(key),
      async store(key: string, value: string) {
        writes += 1;
        await storage.store(key, value);
        tell();
      },
      watch(_key: string, onChange: () => void) {
        const before = tell;
        tell = () => {
          before();
          onChange();
        };
        return () => {};
      },
    });
    const clocks = [new FakeClock(), new FakeClock(Date.UTC(2027, 10, 22))];
    const all = clocks.map((clock) => keeperOn(shared, clock));
    for (const { keeper } of all) await keeper.start();
    for (let i = 0; i < 200; i++) await new Promise<void>((resolve) => setImmediate(resolve));
    expect(writes).toBe(2);
    await Promise.all(clocks.map((clock) => clock.advance(3_600_000)));
    expect(writes).toBeLessThanOrEqual(2 + 2 * 6);
  });
});
