import { describe, expect, it } from "vitest";
import { MemoryStorage } from "../../../src/certs/memory-storage.ts";
import type { Lease, Storage } from "../../../src/certs/storage.ts";
import { DocportError, type ErrorCode } from "../../../src/lib/errors.ts";
import { KeeperStage } from "./keeper-stage.ts";

const REFUSED = "ERR_STORE_LEASE";
const AWAY = "ERR_STORE_AWAY";
const SECOND = 1_000;

/** What replicas share, and who of them wants to know. */
class SharedValues {
  readonly values: MemoryStorage = new MemoryStorage();
  readonly watches = new Set<{ readonly key: string; readonly onChange: () => void }>();

  tell(key: string): void {
    for (const watch of this.watches) if (watch.key === key) watch.onChange();
  }
}

/**
 * One replica's way to it. After `writesLeft` writes it has slept through the end of its lease, once:
 * the write that was under way fails with the first of `refusals`, every later one with the last.
 */
class ReplicaStorage implements Storage {
  readonly isShared = true;
  writes = 0;
  hasSlept = false;
  readonly #shared: SharedValues;
  readonly #writesLeft: number;
  readonly #refusals: readonly ErrorCode[];
  #lease: (Lease & { readonly lost: AbortController }) | undefined;

  constructor(
    shared: SharedValues,
    writesLeft = Number.POSITIVE_INFINITY,
    refusals: readonly ErrorCode[] = [],
  ) {
    this.#shared = shared;
    this.#refusals = refusals;
    this.#writesLeft = writesLeft;
  }

  load(key: string): Promise<Uint8Array | undefined> {
    return this.#shared.values.load(key);
  }

  list(prefix: string): Promise<string[]> {
    return this.#shared.values.list(prefix);
  }

  store(key: string, value: Uint8Array | string): Promise<void> {
    return this.#write(key, () => this.#shared.values.store(key, value));
  }

  delete(key: string): Promise<void> {
    return this.#write(key, () => this.#shared.values.delete(key));
  }

  link(key: string, target: string): Promise<void> {
    return this.#write(key, () => this.#shared.values.link(key, target));
  }

  async tryLock(name: string): Promise<Lease | undefined> {
    const lease = await this.#shared.values.tryLock(name);
    const lost = new AbortController();
    this.#lease = lease && { ...lease, signal: lost.signal, lost };
    return this.#lease;
  }

  watch(key: string, onChange: () => void): () => void {
    const watch = { key, onChange };
    this.#shared.watches.add(watch);
    return () => void this.#shared.watches.delete(watch);
  }

  async #write(key: string, work: () => Promise<void>): Promise<void> {
    const late = this.writes++ - this.#writesLeft;
    if (late === 0) {
      this.hasSlept = true;
      await this.#lease?.release();
    } else if (late < 0 || this.#lease?.lost.signal.aborted !== false) {
      await work();
      this.#shared.tell(key);
      return;
    }
    const refusal = this.#refusals[late] ?? REFUSED;
    if (refusal === REFUSED) this.#lease?.lost.abort(new Error("the lease is lost"));
    throw new DocportError(refusal, "the write was not made");
  }
}

/** Until neither of two managers works. */
async function bothSleep({ clock }: KeeperStage): Promise<void> {
  do await new Promise<void>((resolve) => setImmediate(resolve));
  while (clock.sleeping < 2);
}

/** How many writes one replica alone makes from nothing to its certificate. */
async function writesOfAnOrder(): Promise<number> {
  const storage = new ReplicaStorage(new SharedValues());
  const stage = await new KeeperStage({ storage }).start();
  await stage.dispose();
  return storage.writes;
}

describe("a CertificateManager that loses its lease in the middle", () => {
  it.each<[string, readonly ErrorCode[]]>([
    ["its write is refused", [REFUSED]],
    ["its write gets no answer and the next is refused", [AWAY, REFUSED]],
  ])("serves what another one got, and tells of no failure, when %s", async (_, refusals) => {
    const writes = await writesOfAnOrder();
    expect(writes).toBeGreaterThan(10);
    for (let done = 0; done < writes; done++) {
      const shared = new SharedValues();
      const storage = new ReplicaStorage(shared, done, refusals);
      const stage = new KeeperStage({ storage });
      await stage.manager.start();
      for (await stage.idle(); !storage.hasSlept; await stage.idle()) await stage.pass(SECOND);
      stage.storage = new ReplicaStorage(shared);
      const other = stage.newManager();
      await other.start();
      for (let second = 0; second < 30; second++) {
        await bothSleep(stage);
        await stage.clock.pass(SECOND);
      }
      expect(other.current()?.chain.serialNumber).toBeDefined();
      expect(stage.manager.current()?.chain.serialNumber).toBe(other.current()?.chain.serialNumber);
      expect(stage.ofType("failed")).toEqual([]);
      expect(stage.ofType("unexpected")).toEqual([]);
      await other[Symbol.asyncDispose]();
      await stage.dispose();
    }
  });
});
