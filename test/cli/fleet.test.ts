import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from "../../src/cli/command.ts";
import { main } from "../../src/cli/main.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { Database } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { PostgresStorage } from "../../src/store/postgres-storage.ts";
import { Replicas } from "../../src/store/replicas.ts";
import { readSealKey, Sealer } from "../../src/store/seal.ts";
import { postgresIsThere, testDatabase } from "../store/postgres.ts";
import { recordedContext } from "../support/command-context.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function run(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const context = recordedContext();
  const code = await main(["fleet", ...args], context);
  return { code, out: context.out(), err: context.err() };
}

const AWAY = "postgres://ada:hidden-word@127.0.0.1:1/none";

describe("docport fleet", () => {
  it.each([
    ["an action", [], "expected status or rekey"],
    ["a store", ["status"], "no store is named"],
    ["a key for rekey", ["rekey", "--store", AWAY], "storeKeyFile or storeKey"],
  ])("wants %s", async (_, args, message) => {
    const { code, err } = await run(...args);
    expect(code).toBe(EXIT_USAGE);
    expect(err).toContain(message);
    expect(err).not.toContain("hidden-word");
  });

  it("says that the database is away, without its password", async () => {
    const { code, err } = await run("status", "--store", AWAY, "--store-unsealed");
    expect(code).toBe(EXIT_FAILURE);
    expect(err).toContain("the database is away");
    expect(err).not.toContain("hidden-word");
  });

  it.skipIf(!postgresIsThere())("shows who is there, and seals with the first key", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const given = ["--store", home.url, "--store-unsealed"];
    expect((await run("status", ...given)).code).toBe(EXIT_FAILURE);
    const status = (): object => ({ certificate: { state: "ok", notAfter: "2027-01-01" } });
    const one = {
      database,
      clock: systemClock,
      id: "1",
      name: "web-1:7",
      status: () => ({ ...status() }),
    };
    await using replicas = new Replicas(one);
    replicas.start();
    while ((await run("status", ...given)).code !== EXIT_OK);
    const oldKey = randomBytes(32).toString("base64");
    const sealer = new Sealer([readSealKey(oldKey)]);
    const storage = new PostgresStorage({
      database,
      sealer,
      clock: systemClock,
      holder: "web-1:7",
    });
    await storage.store("key.pem", "PRIVATE", { secret: true });
    await using _ = await storage.tryLock("certificates");
    const { code, out } = await run("status", ...given);
    expect(code).toBe(EXIT_OK);
    expect(out).toMatch(/web-1:7 +alive, orders, certificate ok, until 2027-01-01\n/);
    const newKey = randomBytes(32).toString("base64");
    await using folder = await temporaryFolder({
      "keys.txt": `${newKey}\n# the old one\n${oldKey}\n`,
    });
    const keyFile = ["--store", home.url, "--store-key-file", join(folder.path, "keys.txt")];
    expect((await run("rekey", ...keyFile)).out).toBe("Sealed 1 values.\n");
    expect((await run("rekey", ...keyFile)).out).toContain("already");
  });
});
