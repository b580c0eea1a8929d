import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KeyStore } from "../../src/auth/key-store.ts";
import { EXIT_OK, EXIT_USAGE } from "../../src/cli/command.ts";
import { main } from "../../src/cli/main.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { shareKeys } from "../../src/share-keys.ts";
import { Database } from "../../src/store/database.ts";
import { PostgresStorage } from "../../src/store/postgres-storage.ts";
import { recordedContext } from "../support/command-context.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { startDocport } from "../support/start-docport.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { joinFleet } from "./join-fleet.ts";
import { postgresIsThere, testDatabase } from "./postgres.ts";

const POLL = { timeout: 15_000 };

describe.skipIf(!postgresIsThere())("keys of a fleet", () => {
  const fileIn = ({ path }: TemporaryFolder): string => join(path, "keys.json");
  /** Whether a server that reads this file lets the key in. */
  const isKnown = async (path: string, key: string): Promise<boolean> =>
    (await new KeyStore({ path, clock: new FakeClock() }).find(key)) !== undefined;

  async function keys(
    url: string,
    folder: TemporaryFolder,
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    const context = recordedContext();
    const given = ["--keys-file", fileIn(folder), "--store", url, "--store-unsealed"];
    const code = await main(["keys", ...args, ...given], context);
    return { code, out: context.out(), err: context.err() };
  }

  it("reach all replicas when they are made and when they are revoked", async () => {
    await using home = await testDatabase();
    await using first = await temporaryFolder({});
    await using second = await temporaryFolder({});
    const folders = [first, second];
    await using away = await temporaryFolder({});
    const errors: unknown[] = [];
    await using one = await joinFleet(home.url);
    await using two = await joinFleet(home.url);
    for (const [place, { storage }] of [one, two].entries()) {
      const folder = folders[place];
      if (!folder) throw new Error("there is no such folder");
      await shareKeys({ storage, path: fileIn(folder), onError: (error) => errors.push(error) });
    }
    // Made where no replica runs.
    const made = await keys(home.url, away, "create", "ci");
    expect(made.code).toBe(EXIT_OK);
    const key = made.out.trim();
    const known = (): Promise<boolean[]> =>
      Promise.all(folders.map((folder) => isKnown(fileIn(folder), key)));
    await expect.poll(known, POLL).toEqual([true, true]);
    expect(await readFile(fileIn(first), "utf8")).not.toContain(key);
    expect((await keys(home.url, away, "create", "ci")).code).toBe(EXIT_USAGE);
    expect((await keys(home.url, away, "list")).out).toContain("ci");
    expect((await keys(home.url, away, "revoke", "ci")).code).toBe(EXIT_OK);
    await expect.poll(known, POLL).toEqual([false, false]);
    expect(errors).toEqual([]);
  });

  it("begin with those of the file", async () => {
    await using home = await testDatabase();
    await using folder = await temporaryFolder({});
    const context = recordedContext();
    await main(["keys", "create", "old", "--keys-file", fileIn(folder)], context);
    const old = context.out().trim();
    await using fleet = await joinFleet(home.url);
    await shareKeys({ storage: fleet.storage, path: fileIn(folder), onError: () => {} });
    expect(await isKnown(fileIn(folder), old)).toBe(true);
    const made = (await keys(home.url, folder, "create", "new")).out.trim();
    await expect.poll(() => isKnown(fileIn(folder), made), POLL).toBe(true);
    expect(await isKnown(fileIn(folder), old)).toBe(true);
  });

  it("stay as they are when what is stored is not keys", async () => {
    await using home = await testDatabase();
    await using folder = await temporaryFolder({ "keys.json": "mine" });
    await using fleet = await joinFleet(home.url);
    await using database = new Database({ url: home.url });
    const storage = new PostgresStorage({ database, clock: systemClock, holder: "x" });
    await storage.store("access/keys.json", "{}");
    const errors: unknown[] = [];
    const onError = (error: unknown): number => errors.push(error);
    await shareKeys({ storage: fleet.storage, path: fileIn(folder), onError });
    expect(errors).toMatchObject([{ code: "ERR_KEYS_FILE" }]);
    expect(await readFile(fileIn(folder), "utf8")).toBe("mine");
  });

  it.each(["1", "2"])(
    "are taken by a built server of processes: %s",
    { timeout: 60_000 },
    async (count) => {
      await using home = await testDatabase();
      await using folder = await temporaryFolder({
        "docs/index.md": "# Home\n\nA private page.\n",
      });
      await using away = await temporaryFolder({});
      await using docport = await startDocport([
        ...["serve", join(folder.path, "docs"), "--host", "127.0.0.1", "--port", "0"],
        ...["--keys-file", fileIn(folder), "--store", home.url, "--store-unsealed"],
        ...["--workers", count, "--drain", "off", "--cache", join(folder.path, "cache")],
      ]);
      const key = (await keys(home.url, away, "create", "ci")).out.trim();
      const asked = async (): Promise<number> => {
        const headers = { authorization: `Bearer ${key}` };
        return (await fetch(`${docport.url}/llms.txt`, { headers })).status;
      };
      await expect.poll(asked, POLL).toBe(200);
    },
  );
});
