import { describe, expect, it } from "vitest";
import { Ledger } from "../../src/certs/ledger/ledger.ts";
import { identifierSetKey } from "../../src/certs/ledger/ledger-entry.ts";
import { certCommand } from "../../src/cli/cert.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { Database } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { PostgresStorage } from "../../src/store/postgres-storage.ts";
import { recordedContext } from "../support/command-context.ts";
import { postgresIsThere, testDatabase } from "./postgres.ts";

const DOMAIN = ["--domain", "docs.example.com"];

describe.skipIf(!postgresIsThere())("docport cert with a store", () => {
  it("reads what the replicas have, and not the folder", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const holder = "replica";
    const storage = new PostgresStorage({
      database,
      sealer: undefined,
      clock: systemClock,
      holder,
    });
    const lease = await storage.tryLock("test");
    const ledger = await Ledger.open(storage, systemClock);
    const ca = "https://ca.example.com/directory";
    await ledger.append(identifierSetKey(["docs.example.com"]), { kind: "cause-gone", ca });
    await lease?.[Symbol.asyncDispose]();
    const context = recordedContext();
    const args = ["history", ...DOMAIN, "--store", home.url, "--store-unsealed"];
    expect(await certCommand.run(args, context)).toBe(0);
    expect(context.out()).toContain("cause is gone");
  });

  it("leaves ordering to the replicas, who can be asked", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const given = [...DOMAIN, "--store", home.url, "--store-unsealed", "--agree-tos"];
    const refused = certCommand.run(["issue", ...given], recordedContext());
    await expect(refused).rejects.toMatchObject({ code: "ERR_USAGE" });
  });
});
