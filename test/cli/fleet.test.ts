import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from "../../src/cli/command.ts";
import { main } from "../../src/cli/main.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { Database } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { PostgresIndexShelf } from "../../src/store/postgres-index-shelf.ts";
import { PostgresStorage } from "../../src/store/postgres-storage.ts";
import { Replicas } from "../../src/store/replicas.ts";
import { readSealKey, Sealer } from "../../src/store/seal.ts";
import { publishTestIndex } from "../living/index-shelf-contract.ts";
import { postgresIsThere, testDatabase } from "../store/postgres.ts";
import { recordedContext } from "../support/command-context.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function run(...args: readonly string[]): ReturnType<typeof runCommand> {
  return runCommand("fleet", ...args);
}

async function runCommand(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const context = recordedContext();
  const code = await main(args, context);
  return { code, out: context.out(), err: context.err() };
}

const AWAY = "postgres://ada:hidden-word@127.0.0.1:1/none";

describe("docport fleet", () => {
  it.each([
    ["an action", [], "expected status"],
    ["a store", ["status"], "no store is named"],
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
    const status = (): object => ({
      certificate: { state: "ok", notAfter: "2027-01-01" },
      index: { revision: "abcdef0123456789", missing: "fedcba", builds: false },
    });
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
    expect(out).toMatch(
      /web-1:7 +alive, orders, certificate ok, until 2027-01-01, revision abcdef012345, behind\n/,
    );
    const newKey = randomBytes(32).toString("base64");
    await using folder = await temporaryFolder({
      "keys.txt": `${newKey}\n# the old one\n${oldKey}\n`,
    });
    const keyFile = ["--store", home.url, "--store-key-file", join(folder.path, "keys.txt")];
    const rekey = ["store", "rekey"];
    expect((await runCommand(...rekey, ...keyFile)).out).toBe("Sealed 1 values.\n");
    expect((await runCommand(...rekey, ...keyFile)).out).toContain("already");
  });
});

describe("docport store", () => {
  it.each([
    ["an action", [], "expected rekey"],
    ["a store", ["rekey"], "no store is named"],
    ["a key", ["rekey", "--store", AWAY], "no key to seal with"],
  ])("wants %s", async (_, args, message) => {
    const { code, err } = await runCommand("store", ...args);
    expect(code).toBe(EXIT_USAGE);
    expect(err).toContain(message);
  });
});

describe("docport index use", () => {
  it.each([
    ["a revision", ["use"], "expected one revision"],
    ["no more than one", ["use", "a", "b"], "expected one revision"],
    ["a store", ["use", "latest"], "no store is named"],
  ])("wants %s", async (_, args, message) => {
    const { code, err } = await runCommand("index", ...args);
    expect(code).toBe(EXIT_USAGE);
    expect(err).toContain(message);
  });

  it.skipIf(!postgresIsThere())("goes back to what is kept, and forward again", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const shelf = new PostgresIndexShelf({ database, clock: systemClock, holder: "web-1:7" });
    await publishTestIndex(shelf, "aaaaaaaaaaaa");
    await publishTestIndex(shelf, "bbbbbbbbbbbb");
    const use = (revision: string): ReturnType<typeof run> =>
      runCommand("index", "use", revision, "--store", home.url);
    const wanted = async (): Promise<string | undefined> => (await shelf.look()).wanted?.revision;
    expect((await use("aaaaaaa")).out).toContain("serve revision aaaaaaaaaaaa");
    expect(await wanted()).toBe("aaaaaaaaaaaa");
    const status = await run("status", "--store", home.url);
    expect(status.out).toMatch(
      / bbbbbbbbbbbb .*, 2 pages, 3 sections, 0.0 MB by web-1:7, newest\n/,
    );
    expect(status.out).toMatch(/ aaaaaaaaaaaa .*, pinned\n/);
    const unknown = await use("cccccccc");
    expect([unknown.code, unknown.err]).toEqual([EXIT_USAGE, expect.stringContaining("not kept")]);
    // An empty beginning is one of all of them.
    expect((await use("bbb")).code).toBe(EXIT_USAGE);
    expect(await wanted()).toBe("aaaaaaaaaaaa");
    expect((await use("latest")).code).toBe(EXIT_OK);
    expect(await wanted()).toBe("bbbbbbbbbbbb");
  });
});
