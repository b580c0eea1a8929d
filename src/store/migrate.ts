import { DocportError } from "../lib/errors.ts";
import type { Database } from "./database.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Any number that no other program takes for its own lock. */
const LOCK = 0x646f6370;

/**
 * Brings the schema to this version's. Safe when many replicas start at once: they take turns, and
 * all but the first find nothing to do. Rejects with `ERR_STORE_VERSION` when the database was made
 * by a newer version, which is left as it is.
 */
export async function migrate(
  database: Database,
  migrations: readonly (readonly string[])[] = MIGRATIONS,
): Promise<void> {
  await database.transaction(async (client) => {
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    await client.query("CREATE TABLE IF NOT EXISTS docport_schema (version int PRIMARY KEY)");
    const { rows } = await client.query<{ version: number | null }>(
      "SELECT max(version) AS version FROM docport_schema",
    );
    const version = rows[0]?.version ?? 0;
    if (version > migrations.length) throw newerSchema(version, migrations.length);
    for (const [index, statements] of migrations.entries()) {
      if (index < version) continue;
      for (const statement of statements) await client.query(statement);
      await client.query("INSERT INTO docport_schema VALUES ($1)", [index + 1]);
    }
  });
}

function newerSchema(found: number, known: number): DocportError {
  return new DocportError(
    "ERR_STORE_VERSION",
    `store: the database has schema ${found}, this version knows up to ${known}`,
    { hint: "Run the same version of docport on all replicas, the newest of them." },
  );
}
