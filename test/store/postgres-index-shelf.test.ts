import { createHash, randomBytes } from "node:crypto";
import { array, assert as assertProperty, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { ChangeFeed } from "../../src/store/change-feed.ts";
import { ChunkedDownload } from "../../src/store/chunked-download.ts";
import { Database } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { PostgresIndexShelf } from "../../src/store/postgres-index-shelf.ts";
import {
  bytesOf,
  describeIndexShelf,
  publicationOf,
  publishTestIndex,
  type ShelfHome,
} from "../living/index-shelf-contract.ts";
import { tcpProxy } from "../support/tcp-proxy.ts";
import { postgresIsThere, testDatabase } from "./postgres.ts";

const NEVER = new AbortController().signal;

function shelfOf(database: Database, holder = "a"): PostgresIndexShelf {
  return new PostgresIndexShelf({ database, clock: systemClock, holder });
}

async function openHome(): Promise<ShelfHome> {
  const home = await testDatabase();
  const database = new Database({ url: home.url });
  await migrate(database);
  const replicas: PostgresIndexShelf[] = [];
  let onPing = (): void => {};
  const feed = new ChangeFeed({
    database,
    clock: systemClock,
    onChange(key) {
      if (key === "ping") onPing();
      // What the feed says of news that was missed comes whenever it likes.
      else if (key !== undefined) for (const shelf of replicas) shelf.tell(key);
    },
  });
  feed.start();
  const ping = (): Promise<unknown> =>
    database.query("SELECT pg_notify('docport_changes', 'ping')");
  // News is told in the order in which it was written.
  const spread = async (): Promise<void> => {
    const heard = new Promise<void>((resolve) => {
      onPing = resolve;
    });
    await ping();
    await heard;
  };
  // Until it listens, nothing is heard.
  const listening = { isSo: false };
  onPing = () => {
    listening.isSo = true;
  };
  while (!listening.isSo) await ping();
  return {
    replica() {
      const shelf = shelfOf(database);
      replicas.push(shelf);
      return shelf;
    },
    spread,
    async [Symbol.asyncDispose]() {
      await feed[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

if (postgresIsThere()) describeIndexShelf("PostgresIndexShelf", openHome);

describe.skipIf(!postgresIsThere())("PostgresIndexShelf", () => {
  it("publishes nothing with a lease that has ended, whatever its holder believes", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const sleeper = shelfOf(database);
    const lease = await sleeper.tryLead();
    await database.query("UPDATE docport_leases SET expires_at = now()");
    await publishTestIndex(shelfOf(database, "b"), "b");
    await expect(lease?.publish(publicationOf("a", bytesOf("a")))).rejects.toMatchObject({
      code: "ERR_STORE_LEASE",
    });
    const { newest } = await sleeper.look();
    expect(newest?.revision).toBe("b");
    const chunks = await database.query("SELECT number FROM docport_index_chunks");
    expect(new Set(chunks.map(({ number }) => Number(number)))).toEqual(new Set([newest?.number]));
    await lease?.release();
  });

  it("keeps what is pinned, however old it is", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const shelf = shelfOf(database);
    const old = await publishTestIndex(shelf, "old");
    await database.query("UPDATE docport_index_pointer SET pinned = newest");
    for (let count = 0; count < 8; count++) await publishTestIndex(shelf, `r${count}`);
    expect((await shelf.look()).wanted).toEqual(old);
    expect(await shelf.fetch(old, NEVER)).toEqual(bytesOf("index old"));
    const [kept] = await database.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM docport_indexes",
    );
    expect(kept?.count).toBe(6);
  });

  it("finds a chunk that was changed, and one of another file", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const shelf = shelfOf(database);
    const index = randomBytes(2 * 1024 ** 2 + 5);
    const published = await publishTestIndex(shelf, "a", index);
    const damaged = { code: "ERR_STORE_INDEX" };
    const change = (statement: string): Promise<unknown> =>
      database.query(`UPDATE docport_index_chunks SET ${statement} WHERE part = 'index'`);
    await change("data = set_byte(data, 3, get_byte(data, 3) # 1)");
    await expect(shelf.fetch(published, NEVER)).rejects.toMatchObject(damaged);
    await change("sha256 = sha256(data)");
    await expect(shelf.fetch(published, NEVER)).rejects.toMatchObject(damaged);
    await change("data = set_byte(data, 3, get_byte(data, 3) # 1)");
    await change("sha256 = sha256(data)");
    expect(Buffer.compare(await shelf.fetch(published, NEVER), index)).toBe(0);
  });

  it("goes on where it was when the way to the database was cut", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const index = randomBytes(6 * 1024 ** 2);
    const published = await publishTestIndex(shelfOf(database), "a", index);
    const url = new URL(home.url);
    await using cable = await tcpProxy();
    cable.lead([Number(url.port)]);
    url.port = `${cable.port}`;
    await using far = new Database({ url: url.href, maxConnections: 1 });
    const shelf = shelfOf(far);
    const asked: unknown[] = [];
    const query = far.query.bind(far);
    far.query = (...given) => {
      asked.push(given[1]?.[2]);
      if (asked.length === 4) {
        cable.lead([]);
        cable.cut();
      }
      return query(...given);
    };
    await expect(shelf.fetch(published, NEVER)).rejects.toMatchObject({ code: "ERR_STORE_AWAY" });
    cable.lead([Number(new URL(home.url).port)]);
    expect(Buffer.compare(await shelf.fetch(published, NEVER), index)).toBe(0);
    expect(asked).toEqual([0, 1, 2, 3, 3, 4, 5]);
  });
});

describe("ChunkedDownload", () => {
  const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

  it("gives what was cut into chunks, and nothing else", () => {
    const chunks = array(uint8Array({ minLength: 1, maxLength: 9 }), { maxLength: 9 });
    assertProperty(
      property(chunks, (parts) => {
        const whole = Buffer.concat(parts);
        const download = new ChunkedDownload(whole.length, sha256(whole).toString("hex"));
        for (const [place, part] of parts.entries()) {
          expect([download.chunks, download.isWhole]).toEqual([place, false]);
          download.add(part, sha256(part));
        }
        expect(download.isWhole).toBe(true);
        expect(Buffer.compare(download.finish(), whole)).toBe(0);
        expect(() => download.add(Buffer.from("x"), sha256(Buffer.from("x")))).toThrow("damaged");
      }),
    );
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 32])("refuses a size of %s", (size) => {
    expect(() => new ChunkedDownload(size, "")).toThrow("damaged");
  });

  it("refuses sound chunks that are not this file's", () => {
    const download = new ChunkedDownload(1, sha256(Buffer.from("a")).toString("hex"));
    download.add(Buffer.from("b"), sha256(Buffer.from("b")));
    expect(() => download.finish()).toThrow("different files");
  });
});
