/**
 * What a fleet costs its database: publishing and fetching an index of some size, and the
 * statements of a replica in quiet times. `TEST_POSTGRES_URL=… tsx bench/fleet.ts [MB]`.
 */
import { createHash, randomBytes } from "node:crypto";
import { Client } from "pg";
import { MemoryStorage } from "../src/certs/memory-storage.ts";
import { systemClock } from "../src/lib/clock.ts";
import { Database } from "../src/store/database.ts";
import { migrate } from "../src/store/migrate.ts";
import { openFleet } from "../src/store/open-fleet.ts";
import { PostgresIndexShelf } from "../src/store/postgres-index-shelf.ts";
import { testDatabase } from "../test/store/postgres.ts";

const MB = 1024 ** 2;
const ROUNDS = 5;
const START_MS = 3_000;
const QUIET_MS = 60_000;
const megabytes = Number(process.argv[2] ?? 64);

await using home = await testDatabase();
await using database = new Database({ url: home.url });
await migrate(database);
const shelf = new PostgresIndexShelf({ database, clock: systemClock, holder: "bench" });
const lease = await shelf.tryLead();
if (!lease) throw new Error("somebody builds");

const published: number[] = [];
const fetched: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const index = randomBytes(megabytes * MB);
  const sha256 = createHash("sha256").update(index).digest("hex");
  const facts = { revision: `r${round}`, pageCount: 0, sectionCount: 0 };
  let startedAt = performance.now();
  const shelved = await lease.publish({ ...facts, sha256, index, notes: new Uint8Array(0) });
  published.push((performance.now() - startedAt) / megabytes);
  startedAt = performance.now();
  await shelf.fetch(shelved, new AbortController().signal);
  fetched.push((performance.now() - startedAt) / megabytes);
}
await lease.release();
const median = (values: readonly number[]): string =>
  (values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0).toFixed(1);
console.log(`publish ${median(published)} ms/MB, fetch ${median(fetched)} ms/MB (${megabytes} MB)`);

const statements = { count: 0 };
const query: unknown = Object.getOwnPropertyDescriptor(Client.prototype, "query")?.value;
Object.assign(Client.prototype, {
  query(this: unknown, ...given: unknown[]): unknown {
    statements.count += 1;
    return typeof query === "function" ? Reflect.apply(query, this, given) : undefined;
  },
});

{
  await using _ = await openFleet({
    url: home.url,
    keys: [],
    local: new MemoryStorage(),
    clock: systemClock,
    log: () => {},
    status: () => ({}),
  });
  // The first seconds are of the start.
  await systemClock.sleep(START_MS);
  statements.count = 0;
  await systemClock.sleep(QUIET_MS);
  console.log(`${statements.count} statements a minute of a replica that builds nothing`);
}
