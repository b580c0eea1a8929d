import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { Database } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { MIGRATIONS } from "../../src/store/migrations.ts";
import { PostgresStorage } from "../../src/store/postgres-storage.ts";
import { readSealKey, Sealer } from "../../src/store/seal.ts";
import { storageContract } from "../certs/storage-contract.ts";
import { postgresIsThere, type TestDatabase, testDatabase } from "./postgres.ts";

const KEY = randomBytes(32).toString("base64");
const sealer = new Sealer([readSealKey(KEY)]);

describe.skipIf(!postgresIsThere())("PostgresStorage", () => {
  let home: TestDatabase;
  let first: Database;
  let second: Database;
  const storageOf = (database: Database, seal: Sealer | undefined = sealer): PostgresStorage =>
    new PostgresStorage({ database, sealer: seal, clock: systemClock, holder: "test" });

  beforeAll(async () => {
    home = await testDatabase();
    first = new Database({ url: home.url });
    second = new Database({ url: home.url });
    await migrate(first);
  });
  afterAll(async () => {
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
  });

  storageContract("PostgresStorage", async () => {
    await first.query("TRUNCATE docport_values, docport_leases");
    return { storage: storageOf(first), second: storageOf(second) };
  });

  /** As if the time of every lease had come; what a pause or a cut-off does. */
  const endLeases = (): Promise<unknown> =>
    first.query("UPDATE docport_leases SET expires_at = now() - interval '1 s'");

  it("refuses what a leader writes that slept through the end of its lease", async () => {
    const sleeper = storageOf(first);
    const other = storageOf(second);
    await using lease = await sleeper.tryLock("fenced");
    await sleeper.store("fenced/value", "mine");
    await endLeases();
    await using taken = await other.tryLock("fenced");
    expect(taken).toBeDefined();
    await other.store("fenced/value", "theirs");
    for (const write of [
      () => sleeper.store("fenced/value", "late"),
      () => sleeper.link("fenced/value", "elsewhere"),
      () => sleeper.delete("fenced"),
    ]) {
      await expect(write()).rejects.toMatchObject({ code: "ERR_STORE_LEASE" });
      // Whoever sees the refusal sees why: not at the next heartbeat only.
      expect(lease?.signal.aborted).toBe(true);
    }
    expect(Buffer.from((await sleeper.load("fenced/value")) ?? []).toString()).toBe("theirs");
  });

  it("refuses it also when nobody else has taken the lease yet", async () => {
    const sleeper = storageOf(first);
    await using _ = await sleeper.tryLock("ended");
    await endLeases();
    await expect(sleeper.store("ended/value", "late")).rejects.toMatchObject({
      code: "ERR_STORE_LEASE",
    });
    expect(await sleeper.load("ended/value")).toBeUndefined();
  });

  it("does not take a lease away from another when it is released late", async () => {
    const sleeper = storageOf(first);
    const other = storageOf(second);
    const lease = await sleeper.tryLock("late");
    await endLeases();
    await using _ = await other.tryLock("late");
    await lease?.release();
    expect(await storageOf(first).tryLock("late")).toBeUndefined();
  });

  it("keeps private keys sealed, and nothing else", async () => {
    const storage = storageOf(first);
    await storage.store("sealed/key.pem", "PRIVATE KEY", { secret: true });
    await storage.store("sealed/cert.pem", "CERTIFICATE");
    const rows = await first.query<{ value: Buffer }>(
      "SELECT value FROM docport_values WHERE starts_with(key, 'sealed/') ORDER BY key",
    );
    expect(rows[0]?.value.toString()).toBe("CERTIFICATE");
    expect(rows[1]?.value.includes("PRIVATE")).toBe(false);
    await expect(
      new PostgresStorage({ database: first, clock: systemClock, holder: "" }).load(
        "sealed/key.pem",
      ),
    ).rejects.toMatchObject({ code: "ERR_STORE_KEY" });
  });

  it("opens with the old key, and seals anew with the new one", async () => {
    const newer = readSealKey(randomBytes(32).toString("hex"));
    await storageOf(first).store("rekeyed/key.pem", "secret", { secret: true });
    const both = storageOf(first, new Sealer([newer, readSealKey(KEY)]));
    expect(await both.rekey()).toBeGreaterThan(0);
    expect(await both.rekey()).toBe(0);
    const alone = storageOf(first, new Sealer([newer]));
    expect(Buffer.from((await alone.load("rekeyed/key.pem")) ?? []).toString()).toBe("secret");
    await expect(storageOf(first).load("rekeyed/key.pem")).rejects.toMatchObject({
      code: "ERR_STORE_KEY",
    });
  });

  it("refuses a sealed value that was put in another's place, or changed", async () => {
    const storage = storageOf(first);
    await storage.store("moved/a.key.pem", "secret", { secret: true });
    await first.query(
      "UPDATE docport_values SET key = 'moved/b.key.pem' WHERE key = 'moved/a.key.pem'",
    );
    await expect(storage.load("moved/b.key.pem")).rejects.toMatchObject({ code: "ERR_STORE_KEY" });
  });

  it("says that the database is away, and works again when it is back", async () => {
    const storage = storageOf(second);
    await storage.store("back/value", "1");
    await first.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()",
    );
    // Each connection of the pool is found dead once at most.
    const refused: unknown[] = [];
    let value: Uint8Array | undefined;
    while (value === undefined && refused.length < 5) {
      value = await storage.load("back/value").catch((error: unknown) => void refused.push(error));
    }
    expect(Buffer.from(value ?? []).toString()).toBe("1");
    for (const error of refused) expect(error).toMatchObject({ code: "ERR_STORE_AWAY" });
    const gone = new Database({ url: "postgres://nobody@127.0.0.1:1/none" });
    await expect(storageOf(gone).load("a")).rejects.toMatchObject({ code: "ERR_STORE_AWAY" });
  });
});

describe.skipIf(!postgresIsThere())("migrate", () => {
  it("lets ten replicas start at once", async () => {
    await using home = await testDatabase();
    const databases = Array.from({ length: 10 }, () => new Database({ url: home.url }));
    await Promise.all(databases.map((database) => migrate(database)));
    const rows = await databases[0]?.query("SELECT version FROM docport_schema");
    expect(rows).toEqual(MIGRATIONS.map((_, step) => ({ version: step + 1 })));
    for (const database of databases) await database[Symbol.asyncDispose]();
  });

  it("changes nothing when a step fails, and leaves a newer schema alone", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    const broken = [["CREATE TABLE one (a int)"], ["CREATE TABLE two (a int)", "CREATE nonsense"]];
    await expect(migrate(database, broken)).rejects.toMatchObject({ code: "ERR_STORE_IO" });
    expect(await database.query("SELECT to_regclass('one') AS name")).toEqual([{ name: null }]);
    await migrate(database);
    await database.query("INSERT INTO docport_schema VALUES (99)");
    await expect(migrate(database)).rejects.toMatchObject({ code: "ERR_STORE_VERSION" });
  });
});
