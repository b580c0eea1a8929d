import { expect, it } from "vitest";
import { MemoryStorage } from "../../src/certs/memory-storage.ts";
import { storageContract } from "./storage-contract.ts";

storageContract("MemoryStorage", () => {
  const storage = new MemoryStorage();
  return Promise.resolve({ storage, second: storage });
});

it("keeps its values apart from the caller's buffers", async () => {
  const storage = new MemoryStorage();
  const value = new Uint8Array([1]);
  await storage.store("a", value);
  value[0] = 9;
  (await storage.load("a"))?.fill(7);
  expect(await storage.load("a")).toEqual(new Uint8Array([1]));
});

it("starts as a copy with every lease free", async () => {
  const before = new MemoryStorage();
  await before.store("a", "1");
  await before.tryLock("orders");
  const after = new MemoryStorage(before);
  await before.store("a", "2");
  expect(Buffer.from((await after.load("a")) ?? []).toString()).toBe("1");
  expect(await after.tryLock("orders")).toBeDefined();
});

it("refuses a link to itself", async () => {
  const storage = new MemoryStorage();
  await storage.link("a", "b");
  await storage.link("b", "a");
  await expect(async () => storage.load("a")).rejects.toMatchObject({ code: "ERR_STORAGE_LINK" });
});
