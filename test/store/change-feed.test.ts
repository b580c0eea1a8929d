import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { ChangeFeed } from "../../src/store/change-feed.ts";
import { Database } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { PostgresStorage } from "../../src/store/postgres-storage.ts";
import { postgresIsThere, testDatabase } from "./postgres.ts";

/** Collects, and lets a test wait for what it needs. */
class Heard<Item> {
  readonly items: Item[] = [];
  #waiting: (() => void)[] = [];

  add(item: Item): void {
    this.items.push(item);
    for (const look of this.#waiting.splice(0)) look();
  }

  async until(isThere: (items: readonly Item[]) => boolean): Promise<void> {
    while (!isThere(this.items)) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }
}

describe.skipIf(!postgresIsThere())("ChangeFeed", () => {
  it("tells what another process wrote, deleted and linked, not what was refused", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const heard = new Heard<string | undefined>();
    await using feed = new ChangeFeed({
      database,
      clock: systemClock,
      onChange: (key) => heard.add(key),
    });
    feed.start();
    await heard.until((keys) => keys.length === 1);
    await using other = new Database({ url: home.url });
    const storage = new PostgresStorage({ database: other, clock: systemClock, holder: "b" });
    await storage.store("a/1", "x");
    await storage.delete("never");
    await storage.link("b", "a/1");
    await storage.delete("a");
    await heard.until((keys) => keys.length >= 4);
    expect(heard.items.slice(0, 4)).toEqual([undefined, "a/1", "b", "a"]);
  });

  it("is connected again after a cut, tells it once, and to all that they look again", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const heard = new Heard<string>();
    await using feed = new ChangeFeed({
      database,
      clock: systemClock,
      onChange: (key) => heard.add(key ?? "anything"),
      onAway: () => heard.add("away"),
      onBack: () => heard.add("back"),
    });
    feed.start();
    await heard.until((items) => items.includes("anything"));
    await database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    await heard.until((items) => items.includes("away"));
    expect(feed.isAway).toBe(true);
    await heard.until((items) => items.includes("back"));
    await heard.until((items) => items.filter((item) => item === "anything").length === 2);
    expect(heard.items.filter((item) => item === "away")).toHaveLength(1);
  });
});
