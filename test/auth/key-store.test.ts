import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createBearerKey, hashBearerKey } from "../../src/auth/bearer-key.ts";
import { type KeyRecord, MAX_KEYS, readKeyFile, writeKeyFile } from "../../src/auth/key-file.ts";
import { KeyStore } from "../../src/auth/key-store.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

function recordOf(key: string, more: Partial<KeyRecord> = {}): KeyRecord {
  const hash = hashBearerKey(key).toString("hex");
  return { id: hash.slice(0, 10), name: hash, hash, scopes: [], createdAtMs: 0, ...more };
}

describe("the file of keys", () => {
  it("gives back what was written, and only its owner can read it", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "keys.json");
    const keys = [
      recordOf("a", { name: "ci", scopes: ["docs:internal"], createdAtMs: 1_000 }),
      recordOf("b", { expiresAtMs: 2_000 }),
    ];
    await writeKeyFile(path, keys);
    expect(await readKeyFile(path)).toEqual(keys);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder.path)).toEqual(["keys.json"]);
  });

  it("is empty when it is not there", async () => {
    expect(await readKeyFile(join(import.meta.dirname, "no-such-file"))).toEqual([]);
  });

  const good = { id: "1", name: "n", hash: "0".repeat(64), scopes: [], createdAt: "2026-01-01" };
  it.each([
    ["no JSON", "{"],
    ["another file", "[]"],
    ["another format", JSON.stringify({ format: 2, keys: [] })],
    ["a hash that is none", JSON.stringify({ format: 1, keys: [{ ...good, hash: "xyz" }] })],
    ["a scope that is none", JSON.stringify({ format: 1, keys: [{ ...good, scopes: ["a b"] }] })],
    [
      "an expiry that is none",
      JSON.stringify({ format: 1, keys: [{ ...good, expiresAt: "soon" }] }),
    ],
    [
      "too many keys",
      JSON.stringify({ format: 1, keys: Array.from({ length: MAX_KEYS + 1 }, () => good) }),
    ],
    ["too many bytes", " ".repeat(1024 * 1024 + 1)],
  ])("is refused with %s", async (_what, text) => {
    await using folder = await temporaryFolder({ "keys.json": text });
    await expect(readKeyFile(join(folder.path, "keys.json"))).rejects.toMatchObject({
      code: "ERR_KEYS_FILE",
    });
  });
});

describe("KeyStore", () => {
  async function open(folder: string): Promise<{
    readonly path: string;
    readonly clock: FakeClock;
    readonly errors: unknown[];
    readonly store: KeyStore;
  }> {
    const path = join(folder, "keys.json");
    const clock = new FakeClock();
    const errors: unknown[] = [];
    return {
      ...{ path, clock, errors },
      store: new KeyStore({ path, clock, onError: (error) => errors.push(error) }),
    };
  }

  it("knows a new key, and forgets a revoked one, within a second and without a restart", async () => {
    await using folder = await temporaryFolder();
    const { path, clock, store } = await open(folder.path);
    const key = createBearerKey();
    expect(await store.find(key)).toBeUndefined();
    await writeKeyFile(path, [recordOf(key, { name: "ci" })]);
    expect(await store.find(key)).toBeUndefined();
    await clock.advance(1_000);
    expect(await store.find(key)).toMatchObject({ name: "ci" });
    await writeKeyFile(path, []);
    await clock.advance(1_000);
    expect(await store.find(key)).toBeUndefined();
  });

  it("refuses a key at the moment of its expiry", async () => {
    await using folder = await temporaryFolder();
    const { path, clock, store } = await open(folder.path);
    const key = createBearerKey();
    await writeKeyFile(path, [recordOf(key, { expiresAtMs: clock.now() + 500 })]);
    await clock.advance(499);
    expect(await store.find(key)).toBeDefined();
    await clock.advance(1);
    expect(await store.find(key)).toBeUndefined();
  });

  it("finds each of many keys", async () => {
    await using folder = await temporaryFolder();
    const { path, store } = await open(folder.path);
    const keys = Array.from({ length: 20 }, () => createBearerKey());
    await writeKeyFile(
      path,
      keys.map((key, index) => recordOf(key, { name: `${index}` })),
    );
    for (const [index, key] of keys.entries()) {
      expect(await store.find(key)).toMatchObject({ name: `${index}` });
    }
    expect(await store.find(createBearerKey())).toBeUndefined();
  });

  it("takes no key while the file is broken or gone, and says so once", async () => {
    await using folder = await temporaryFolder();
    const { path, clock, errors, store } = await open(folder.path);
    const key = createBearerKey();
    await writeKeyFile(path, [recordOf(key)]);
    expect(await store.find(key)).toBeDefined();
    await writeFile(path, "{");
    for (let round = 0; round < 3; round++) {
      await clock.advance(1_000);
      expect(await store.find(key)).toBeUndefined();
    }
    expect(errors).toEqual([expect.objectContaining({ code: "ERR_KEYS_FILE" })]);
    await writeKeyFile(path, [recordOf(key)]);
    await clock.advance(1_000);
    expect(await store.find(key)).toBeDefined();
    await rm(path);
    await clock.advance(1_000);
    expect(await store.find(key)).toBeUndefined();
  });

  it("looks again when the clock was set back", async () => {
    await using folder = await temporaryFolder();
    const { path, store } = await open(folder.path);
    const times = [Date.UTC(2030, 0, 1), Date.UTC(2026, 0, 1)];
    const clock = { now: () => times[0] ?? 0, sleep: () => Promise.resolve() };
    const other = new KeyStore({ path, clock });
    const key = createBearerKey();
    await writeKeyFile(path, [recordOf(key)]);
    expect(await other.find(key)).toBeDefined();
    await writeKeyFile(path, []);
    times.shift();
    expect(await other.find(key)).toBeUndefined();
    expect(await store.find(key)).toBeUndefined();
  });
});
