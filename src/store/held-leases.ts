import type { Lease } from "../certs/storage.ts";
import type { Clock } from "../lib/clock.ts";
import type { Database } from "./database.ts";

/** A lease without a sign of life ends after this; by the database's clock, never by a replica's. */
const LEASE_MS = 30_000;
const HEARTBEAT_MS = 10_000;

interface Held {
  readonly token: string;
  readonly lost: AbortController;
}

/** Why a lease's signal is aborted. */
function lossOf(name: string): Error {
  return new Error(`another replica may have taken over the lease ${name}`);
}

/**
 * The leases of one process. Each taking of a lease has a token greater than all before it; writes
 * carry the tokens that their process holds, and the database refuses them when one is no longer
 * the newest. So a process that slept through the end of its lease can do no harm when it wakes.
 */
export class HeldLeases {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #holder: string;
  readonly #held = new Map<string, Held>();

  constructor(database: Database, clock: Clock, holder: string) {
    this.#database = database;
    this.#clock = clock;
    this.#holder = holder;
  }

  /** Names and tokens of what this process believes to hold, for the check in a write. */
  fence(): readonly [names: string[], tokens: string[]] {
    const entries = [...this.#held];
    return [entries.map(([name]) => name), entries.map(([, { token }]) => token)];
  }

  /** Finds out which leases are lost, after a write was refused, before the next heartbeat would. */
  async recheck(): Promise<void> {
    await Promise.all(
      [...this.#held].map(async ([name, { token, lost }]) => {
        const isOurs = await this.#renew(name, token).catch(() => undefined);
        if (isOurs === false) lost.abort(lossOf(name));
      }),
    );
  }

  /** The lease, or undefined when somebody has it. */
  async tryTake(name: string): Promise<Lease | undefined> {
    const rows = await this.#database.query<{ token: string }>(
      `INSERT INTO docport_leases AS held (name, token, holder, expires_at)
       SELECT $1, 1, $2, now() + $3 * interval '1 ms'
       -- Whoever only asks locks nothing.
       WHERE NOT EXISTS (SELECT 1 FROM docport_leases WHERE name = $1 AND expires_at > now())
       ON CONFLICT (name) DO UPDATE
         SET token = held.token + 1, holder = $2, expires_at = now() + $3 * interval '1 ms'
         WHERE held.expires_at <= now()
       RETURNING token`,
      [name, this.#holder, LEASE_MS],
    );
    const token = rows[0]?.token;
    return token === undefined ? undefined : this.#keep(name, token);
  }

  #keep(name: string, token: string): Lease {
    const lost = new AbortController();
    const stop = new AbortController();
    const held = { token, lost };
    this.#held.set(name, held);
    const beating = this.#beat(name, held, stop.signal);
    const release = async (): Promise<void> => {
      stop.abort();
      await beating;
      if (this.#held.get(name) === held) this.#held.delete(name);
      // The row stays: its token has to grow for as long as the database lives.
      await this.#database
        .query("UPDATE docport_leases SET expires_at = now() WHERE name = $1 AND token = $2", [
          name,
          token,
        ])
        .catch(() => undefined);
    };
    return { signal: lost.signal, release, [Symbol.asyncDispose]: release };
  }

  async #beat(name: string, { token, lost }: Held, stop: AbortSignal): Promise<void> {
    let renewedAt = this.#clock.now();
    for (;;) {
      try {
        await this.#clock.sleep(HEARTBEAT_MS, stop);
      } catch {
        return;
      }
      const askedAt = this.#clock.now();
      const isOurs = await this.#renew(name, token).catch(() => undefined);
      if (isOurs === true) renewedAt = askedAt;
      const isOver = this.#clock.now() - renewedAt >= LEASE_MS;
      if (isOurs === false || isOver) {
        lost.abort(lossOf(name));
        return;
      }
    }
  }

  async #renew(name: string, token: string): Promise<boolean> {
    const rows = await this.#database.query(
      `UPDATE docport_leases SET expires_at = now() + $3 * interval '1 ms'
       WHERE name = $1 AND token = $2 AND expires_at > now() RETURNING 1`,
      [name, token, LEASE_MS],
    );
    return rows.length > 0;
  }
}
