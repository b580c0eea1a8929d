import {
  assertStorageKey,
  type Lease,
  MAX_VALUE_BYTES,
  type Storage,
  type StoreOptions,
} from "../certs/storage.ts";
import type { Clock } from "../lib/clock.ts";
import { DocportError } from "../lib/errors.ts";
import type { Database } from "./database.ts";
import { HeldLeases } from "./held-leases.ts";
import type { Sealer } from "./seal.ts";

export interface PostgresStorageOptions {
  /** Its schema has been migrated. */
  readonly database: Database;
  /** Absent: private keys are stored as they are. */
  readonly sealer?: Sealer | undefined;
  readonly clock: Clock;
  /** Who holds a lease, for people: host and process. */
  readonly holder: string;
}

interface ValueRow {
  readonly value: Buffer | null;
  readonly target: string | null;
  readonly is_sealed: boolean;
}

/** A value of a folder. */
export interface FolderEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Greater than that of every change before it. */
  readonly change: bigint;
}

const MAX_FOLDER_ENTRIES = 1_000;

/** The channel on which the key of each changed value is told. */
export const CHANGES_CHANNEL = "docport_changes";

const MAX_LINKS = 8;

/** Refuses the write when a lease that this process believes to hold is no longer its own. */
const FENCE = `fence AS (
    SELECT 1 FROM docport_leases JOIN unnest($1::text[], $2::bigint[]) AS held (name, token)
      USING (name, token) WHERE expires_at > now() FOR SHARE OF docport_leases
  ), allowed AS (SELECT (SELECT count(*) FROM fence) = cardinality($1::text[]) AS ok)`;

/** A {@link Storage} that replicas share. Each write and its news are one transaction. */
export class PostgresStorage implements Storage {
  readonly #database: Database;
  readonly #sealer: Sealer | undefined;
  readonly #leases: HeldLeases;

  constructor({ database, sealer, clock, holder }: PostgresStorageOptions) {
    this.#database = database;
    this.#sealer = sealer;
    this.#leases = new HeldLeases(database, clock, holder);
  }

  async load(key: string): Promise<Uint8Array | undefined> {
    assertStorageKey(key);
    let path = key;
    for (let followed = 0; followed <= MAX_LINKS; followed++) {
      const found = await this.#find(path);
      if (!found) return undefined;
      if (found.target === null) return found.key === path ? this.#read(path, found) : undefined;
      path = `${found.target}${path.slice(found.key.length)}`;
    }
    throw new DocportError("ERR_STORAGE_LINK", `storage: ${key} is a link to itself`);
  }

  async store(key: string, value: Uint8Array | string, options: StoreOptions = {}): Promise<void> {
    assertStorageKey(key);
    const bytes = Buffer.from(value);
    if (bytes.length > MAX_VALUE_BYTES) {
      throw new RangeError(`storage: ${key} is too large: ${bytes.length} bytes`);
    }
    const isSealed = options.secret === true && this.#sealer !== undefined;
    const kept = isSealed ? this.#sealer?.seal(key, bytes) : bytes;
    await this.#write(key, UPSERT, [kept, null, isSealed]);
  }

  async link(key: string, target: string): Promise<void> {
    assertStorageKey(key);
    assertStorageKey(target);
    await this.#write(key, UPSERT, [null, target, false]);
  }

  async delete(key: string): Promise<void> {
    assertStorageKey(key);
    await this.#write(key, DELETE, []);
  }

  async list(prefix: string): Promise<string[]> {
    if (prefix !== "") assertStorageKey(prefix);
    const rows = await this.#database.query<{ key: string }>(
      `SELECT key FROM docport_values WHERE $1 = '' OR starts_with(key, $1 || '/')`,
      [prefix],
    );
    return rows.map(({ key }) => key).toSorted();
  }

  tryLock(name: string): Promise<Lease | undefined> {
    assertStorageKey(name);
    return this.#leases.tryTake(name);
  }

  /** Everything under a folder in one question, links left out, with the count of its last change. */
  async loadFolder(prefix: string): Promise<readonly FolderEntry[]> {
    const rows = await this.#database.query<ValueRow & { key: string; change: string }>(
      `SELECT key, value, target, is_sealed, change FROM docport_values
       WHERE starts_with(key, $1 || '/') AND target IS NULL ORDER BY key LIMIT ${MAX_FOLDER_ENTRIES}`,
      [prefix],
    );
    return rows.map((row) => ({
      key: row.key,
      value: this.#read(row.key, row),
      change: BigInt(row.change),
    }));
  }

  /** The count of a value's last change; undefined when there is none. */
  async changeOf(key: string): Promise<bigint | undefined> {
    const [row] = await this.#database.query<{ change: string }>(
      "SELECT change FROM docport_values WHERE key = $1",
      [key],
    );
    return row && BigInt(row.change);
  }

  /** Seals every private key with the key that seals now. Resolves with how many were changed. */
  async rekey(): Promise<number> {
    const sealer = this.#sealer;
    if (!sealer) throw new RangeError("rekey: there is no key to seal with");
    return this.#database.transaction(async (client) => {
      const { rows } = await client.query<ValueRow & { key: string }>(
        "SELECT key, value, target, is_sealed FROM docport_values WHERE is_sealed FOR UPDATE",
      );
      const stale = rows.filter(({ value }) => value !== null && !sealer.isCurrent(value));
      for (const { key, value } of stale) {
        await client.query("UPDATE docport_values SET value = $2 WHERE key = $1", [
          key,
          sealer.seal(key, sealer.open(key, value ?? Buffer.alloc(0))),
        ]);
      }
      return stale.length;
    });
  }

  /** The row of the path itself, or of a link that is one of the folders above it. */
  async #find(path: string): Promise<(ValueRow & { key: string }) | undefined> {
    const parts = path.split("/");
    const above = parts.map((_, i) => parts.slice(0, i + 1).join("/"));
    const [row] = await this.#database.query<ValueRow & { key: string }>(
      `SELECT key, value, target, is_sealed FROM docport_values
       WHERE key = ANY($1) AND (key = $2 OR target IS NOT NULL) ORDER BY length(key) LIMIT 1`,
      [above, path],
    );
    return row;
  }

  #read(key: string, { value, is_sealed: isSealed }: ValueRow): Uint8Array {
    const bytes = value ?? Buffer.alloc(0);
    if (!isSealed) return bytes;
    if (this.#sealer) return this.#sealer.open(key, bytes);
    throw new DocportError("ERR_STORE_KEY", `store: ${key} is sealed and there is no key`, {
      hint: "Give this replica the --store-key-file of the others.",
    });
  }

  async #write(key: string, statement: string, values: readonly unknown[]): Promise<void> {
    const [names, tokens] = this.#leases.fence();
    const [row] = await this.#database.query<{ ok: boolean }>(statement, [
      names,
      tokens,
      key,
      ...values,
    ]);
    if (row?.ok) return;
    await this.#leases.recheck();
    throw new DocportError("ERR_STORE_LEASE", `store: ${key} was not written: the lease was lost`, {
      hint: "Nothing: another replica has taken over.",
    });
  }
}

const UPSERT = `WITH ${FENCE}, written AS (
    INSERT INTO docport_values (key, value, target, is_sealed, change)
    SELECT $3, $4::bytea, $5::text, $6::boolean, nextval('docport_changes') FROM allowed WHERE ok
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, target = excluded.target,
      is_sealed = excluded.is_sealed, change = excluded.change
    RETURNING key
  ), told AS (SELECT pg_notify('${CHANGES_CHANNEL}', key) FROM written)
  SELECT ok, (SELECT count(*) FROM told) FROM allowed`;

const DELETE = `WITH ${FENCE}, deleted AS (
    DELETE FROM docport_values
    WHERE (key = $3 OR starts_with(key, $3 || '/')) AND (SELECT ok FROM allowed)
    RETURNING key
  ), told AS (
    SELECT pg_notify('${CHANGES_CHANNEL}', $3), nextval('docport_changes')
    WHERE EXISTS (SELECT 1 FROM deleted)
  )
  SELECT ok, (SELECT count(*) FROM told) FROM allowed`;
