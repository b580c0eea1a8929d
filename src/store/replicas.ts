import type { Clock } from "../lib/clock.ts";
import type { Database } from "./database.ts";

export interface ReplicasOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Different for each process that ever ran. */
  readonly id: string;
  /** For people: host and process. */
  readonly name: string;
  /** What this replica says of itself with each sign of life: JSON, small. */
  readonly status: () => Readonly<Record<string, unknown>>;
}

/** A replica as the others see it. */
export interface Replica {
  readonly id: string;
  readonly name: string;
  readonly startedAt: Date;
  /** Milliseconds since its last sign of life, by the database's clock. */
  readonly silentForMs: number;
  readonly status: Readonly<Record<string, unknown>>;
}

const HEARTBEAT_MS = 10_000;
/** Without a sign of life for this long a replica is not waited for. */
export const DEAD_AFTER_MS = 25_000;
/** And after this long it is forgotten. */
const FORGOTTEN_AFTER_MS = 86_400_000;
const HEARD_PAUSE_MS = 25;

/** The list of replicas: each gives a sign of life and says which answers it has heard of. */
export class Replicas implements AsyncDisposable {
  readonly #options: ReplicasOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: ReplicasOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Says that this replica answers with everything up to this change. */
  async acknowledge(change: bigint): Promise<void> {
    const { database, id, name } = this.#options;
    await database.query(
      `INSERT INTO docport_replicas (id, name, heard) VALUES ($1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET heard = greatest(docport_replicas.heard, excluded.heard)`,
      [id, name, change.toString()],
    );
  }

  /** Waits until every other replica that is alive has heard of the change, or time is over. */
  async untilHeard(change: bigint, timeoutMs: number): Promise<void> {
    const { database, clock, id } = this.#options;
    const end = clock.now() + timeoutMs;
    while (clock.now() < end) {
      const rows = await database.query(
        `SELECT 1 FROM docport_replicas WHERE id <> $1 AND heard < $2
         AND seen_at > now() - $3 * interval '1 ms' LIMIT 1`,
        [id, change.toString(), DEAD_AFTER_MS],
      );
      if (rows.length === 0) return;
      await clock.sleep(HEARD_PAUSE_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    const { database, id } = this.#options;
    await database.query("DELETE FROM docport_replicas WHERE id = $1", [id]).catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      // The feed of changes tells that the database is away; here it would be the second time.
      await this.#beat().catch(() => undefined);
      await clock.sleep(HEARTBEAT_MS, signal).catch(() => undefined);
    }
  }

  async #beat(): Promise<void> {
    const { database, id, name, status } = this.#options;
    await database.query(
      `WITH forgotten AS (
         DELETE FROM docport_replicas WHERE seen_at < now() - $4 * interval '1 ms' AND id <> $1
       )
       INSERT INTO docport_replicas (id, name, status) VALUES ($1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET seen_at = now(), status = excluded.status`,
      [id, name, JSON.stringify(status()), FORGOTTEN_AFTER_MS],
    );
  }
}

/** All replicas that were seen in the last day, the longest running first. */
export async function listReplicas(database: Database): Promise<readonly Replica[]> {
  const rows = await database.query<{
    id: string;
    name: string;
    started_at: Date;
    silent_for_ms: number;
    status: Readonly<Record<string, unknown>>;
  }>(
    `SELECT id, name, started_at, status,
       (extract(epoch FROM now() - seen_at) * 1000)::int AS silent_for_ms
     FROM docport_replicas ORDER BY started_at, id`,
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    startedAt: row.started_at,
    silentForMs: row.silent_for_ms,
    status: row.status,
  }));
}

/** A lease that is held now, and the name of the replica that holds it. */
export interface HeldLease {
  readonly lease: string;
  readonly holder: string;
}

/** The leases that are held now. */
export function leaseHolders(database: Database): Promise<readonly HeldLease[]> {
  return database.query<HeldLease>(
    `SELECT name AS lease, holder FROM docport_leases WHERE expires_at > now() ORDER BY name`,
  );
}
