import { describe, expect, it } from "vitest";
import { MemoryStorage } from "../../src/certs/memory-storage.ts";
import type { Storage } from "../../src/certs/storage.ts";
import { DocportError } from "../../src/lib/errors.ts";
import { LocalCopyStorage } from "../../src/store/local-copy-storage.ts";
import { storageContract } from "../certs/storage-contract.ts";

const text = (value: Uint8Array | undefined): string | undefined =>
  value && Buffer.from(value).toString();

/** A storage whose every call fails while `error` is set. */
function failing(storage: Storage): { storage: Storage; error?: unknown } {
  const handle: { storage: Storage; error?: unknown } = { storage };
  handle.storage = new Proxy(storage, {
    get(target, name: keyof Storage) {
      return (...args: unknown[]) =>
        handle.error === undefined
          ? (target[name] as (...given: unknown[]) => unknown).apply(target, args)
          : Promise.reject(handle.error);
    },
  });
  return handle;
}

const AWAY = new DocportError("ERR_STORE_AWAY", "away");

storageContract("LocalCopyStorage", () => {
  const shared = new MemoryStorage();
  const onTrouble = (error: unknown): void => {
    throw error;
  };
  const storage = new LocalCopyStorage({ shared, local: new MemoryStorage(), onTrouble });
  const second = new LocalCopyStorage({ shared, local: new MemoryStorage(), onTrouble });
  return Promise.resolve({ storage, second });
});

describe("LocalCopyStorage", () => {
  it("reads what it had while the shared storage is away, and writes nothing", async () => {
    const shared = failing(new MemoryStorage());
    const storage = new LocalCopyStorage({
      shared: shared.storage,
      local: new MemoryStorage(),
      onTrouble: () => {},
    });
    await storage.store("folder/a", "1");
    await storage.link("b", "folder/a");
    expect(text(await storage.load("b"))).toBe("1");
    shared.error = AWAY;
    expect(text(await storage.load("b"))).toBe("1");
    expect(await storage.list("folder")).toEqual(["folder/a"]);
    await expect(storage.store("folder/a", "2")).rejects.toBe(AWAY);
    await expect(storage.tryLock("orders")).rejects.toBe(AWAY);
    expect(text(await storage.load("folder/a"))).toBe("1");
  });

  it("follows what others changed or removed when the shared storage is back", async () => {
    const memory = new MemoryStorage();
    const shared = failing(memory);
    const storage = new LocalCopyStorage({
      shared: shared.storage,
      local: new MemoryStorage(),
      onTrouble: () => {},
    });
    await storage.store("a", "1");
    await storage.store("b", "1");
    await memory.store("a", "2");
    await memory.delete("b");
    expect(text(await storage.load("a"))).toBe("2");
    expect(await storage.load("b")).toBeUndefined();
    shared.error = AWAY;
    expect(text(await storage.load("a"))).toBe("2");
    expect(await storage.load("b")).toBeUndefined();
  });

  it("does not hide any other failure behind the copy", async () => {
    const shared = failing(new MemoryStorage());
    const storage = new LocalCopyStorage({
      shared: shared.storage,
      local: new MemoryStorage(),
      onTrouble: () => {},
    });
    await storage.store("a", "1");
    shared.error = new DocportError("ERR_STORE_KEY", "no key opens it");
    await expect(storage.load("a")).rejects.toBe(shared.error);
  });

  it("goes on with a full disk here, and tells it once", async () => {
    const local = failing(new MemoryStorage());
    const troubles: unknown[] = [];
    const storage = new LocalCopyStorage({
      shared: new MemoryStorage(),
      local: local.storage,
      onTrouble: (error) => void troubles.push(error),
    });
    local.error = new DocportError("ERR_STORAGE_FULL", "full");
    await storage.store("a", "1");
    await storage.store("a", "2");
    expect(text(await storage.load("a"))).toBe("2");
    expect(troubles).toEqual([local.error]);
  });
});
