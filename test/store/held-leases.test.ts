import { describe, expect, it } from "vitest";
import { Database } from "../../src/store/database.ts";
import { HeldLeases } from "../../src/store/held-leases.ts";
import { migrate } from "../../src/store/migrate.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { postgresIsThere, testDatabase } from "./postgres.ts";

const YEAR_MS = 365 * 86_400_000;

describe.skipIf(!postgresIsThere())("HeldLeases, with a replica whose clock is wrong", () => {
  it.each([YEAR_MS, -YEAR_MS])(
    "gives and takes nothing for a clock that is %s ms off",
    async (off) => {
      await using home = await testDatabase();
      await using database = new Database({ url: home.url });
      await migrate(database);
      const right = new FakeClock();
      const wrong = new FakeClock();
      wrong.jump(wrong.now() + off);
      const holder = await new HeldLeases(database, right, "right").tryTake("orders");
      expect(await new HeldLeases(database, wrong, "wrong").tryTake("orders")).toBeUndefined();
      expect(holder?.signal.aborted).toBe(false);
      await holder?.release();
      const taken = await new HeldLeases(database, wrong, "wrong").tryTake("orders");
      expect(taken).toBeDefined();
      // The end of it lies as far ahead as any other's, by the database's clock.
      const [row] = await database.query<{ inMs: number }>(
        `SELECT (extract(epoch FROM expires_at - now()) * 1000)::int AS "inMs" FROM docport_leases`,
      );
      expect(row?.inMs).toBeGreaterThan(0);
      expect(row?.inMs).toBeLessThanOrEqual(30_000);
      expect(await new HeldLeases(database, right, "right").tryTake("orders")).toBeUndefined();
      await taken?.release();
    },
  );

  it.each([YEAR_MS, -YEAR_MS])(
    "keeps a lease when the clock is set by %s ms meanwhile",
    async (off) => {
      await using home = await testDatabase();
      await using database = new Database({ url: home.url });
      await migrate(database);
      const clock = new FakeClock();
      const lease = await new HeldLeases(database, clock, "set").tryTake("orders");
      const endOf = async (): Promise<string> => {
        const rows = await database.query<{ end: string }>(
          "SELECT expires_at::text AS end FROM docport_leases",
        );
        return rows[0]?.end ?? "";
      };
      const before = await endOf();
      clock.jump(clock.now() + off);
      // The next sign of life lies where the clock was: it is given at once, or when that comes again.
      const next = clock.nextWakeAt ?? 0;
      await clock.advance(Math.max(0, next - clock.now()));
      while ((await endOf()) === before);
      expect(lease?.signal.aborted).toBe(false);
      expect(await new HeldLeases(database, clock, "other").tryTake("orders")).toBeUndefined();
      await lease?.release();
    },
  );
});
