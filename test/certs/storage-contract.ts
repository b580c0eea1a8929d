import { describe, expect, it } from "vitest";
import type { Storage } from "../../src/certs/storage.ts";

const text = (value: Uint8Array | undefined): string | undefined =>
  value && new TextDecoder().decode(value);

/** What every {@link Storage} must keep. `make` gives a new empty one, and a second view of it. */
export function storageContract(
  name: string,
  make: () => Promise<{ readonly storage: Storage; readonly second: Storage }>,
): void {
  describe(`${name} keeps the storage contract`, () => {
    it("answers undefined for a missing key, also below and above one that exists", async () => {
      const { storage } = await make();
      await storage.store("a/b", "1");
      expect(await storage.load("missing")).toBeUndefined();
      expect(await storage.load("a")).toBeUndefined();
      expect(await storage.load("a/b/c")).toBeUndefined();
    });

    it("gives back what was stored, replaces it, and shows it to others", async () => {
      const { storage, second } = await make();
      await storage.store("deep/er/key.pem", "secret", { secret: true });
      await storage.store("deep/er/key.pem", new Uint8Array([0, 255, 10]), { secret: true });
      const value = await second.load("deep/er/key.pem", { secret: true });
      expect([...(value ?? [])]).toEqual([0, 255, 10]);
    });

    it("lists everything under a folder, sorted, and not what only begins alike", async () => {
      const { storage } = await make();
      for (const key of ["a/2", "a/1/x", "ab/1", "b"]) await storage.store(key, key);
      expect(await storage.list("a")).toEqual(["a/1/x", "a/2"]);
      expect(await storage.list("")).toEqual(["a/1/x", "a/2", "ab/1", "b"]);
      expect(await storage.list("none")).toEqual([]);
    });

    it("deletes a key, a folder, and what is not there", async () => {
      const { storage } = await make();
      for (const key of ["a/1", "a/2/x", "ab"]) await storage.store(key, key);
      await storage.delete("a");
      await storage.delete("never");
      expect(await storage.list("")).toEqual(["ab"]);
    });

    it("follows links to a key and through a folder, and replaces them", async () => {
      const { storage, second } = await make();
      await storage.store("generations/1/cert.pem", "one");
      await storage.store("generations/2/cert.pem", "two");
      await storage.link("live", "generations/1");
      await storage.link("visible.cert.pem", "live/cert.pem");
      expect(text(await second.load("visible.cert.pem"))).toBe("one");
      await storage.link("live", "generations/2");
      expect(text(await second.load("visible.cert.pem"))).toBe("two");
      await storage.delete("generations/2");
      expect(await second.load("visible.cert.pem")).toBeUndefined();
    });

    it("replaces a value by a link and a link by a value, the target untouched", async () => {
      const { storage } = await make();
      await storage.store("target", "t");
      await storage.store("name", "own");
      await storage.link("name", "target");
      expect(text(await storage.load("name"))).toBe("t");
      await storage.store("name", "own again");
      expect(text(await storage.load("name"))).toBe("own again");
      expect(text(await storage.load("target"))).toBe("t");
    });

    it("gives a lease to one at a time", async () => {
      const { storage, second } = await make();
      const lease = await storage.tryLock("orders");
      expect(lease?.signal.aborted).toBe(false);
      expect(await second.tryLock("orders")).toBeUndefined();
      const other = await second.tryLock("another");
      expect(other).toBeDefined();
      await other?.release();
      await lease?.release();
      const next = await second.tryLock("orders");
      expect(next).toBeDefined();
      await lease?.release(); // Released twice: must not take the next one's away.
      expect(await storage.tryLock("orders")).toBeUndefined();
      await next?.release();
    });

    it("gives one of many that ask at once the lease", async () => {
      const { storage, second } = await make();
      const leases = await Promise.all(
        Array.from({ length: 8 }, (_, i) => (i % 2 ? storage : second).tryLock("orders")),
      );
      expect(leases.filter(Boolean)).toHaveLength(1);
      for (const lease of leases) await lease?.release();
    });

    it.each([
      "",
      "/a",
      "a/",
      "a//b",
      "../a",
      "a/../b",
      "a/.",
      "a\\b",
      "a b",
      "a\0",
      "x".repeat(600),
    ])("refuses the key %j", async (key) => {
      const { storage } = await make();
      await expect(async () => storage.store(key, "x")).rejects.toThrow(RangeError);
      await expect(async () => storage.load(key)).rejects.toThrow(RangeError);
    });
  });
}
