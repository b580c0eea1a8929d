import type { Pool, PoolClient, PoolConfig, QueryResultRow } from "pg";
import { storeError } from "./store-error.ts";

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database?sslmode=verify-full`, of PostgreSQL 14 or newer. */
  readonly url: string;
  /** Most connections of this process, besides the one that listens. Default 4. */
  readonly maxConnections?: number;
}

/** A statement and its parameters, `$1` first. */
export type Query = readonly [text: string, values?: readonly unknown[]];

const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 10_000;

/**
 * A pool of connections to one database. Connections are made when they are needed and again when
 * they were lost; what the database or the way to it does to us rejects with a `DocportError`
 * `ERR_STORE_*`.
 */
export class Database implements AsyncDisposable {
  readonly #options: DatabaseOptions;
  #pool: Promise<Pool> | undefined;

  /** Nothing is connected before the first query. */
  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  /** One statement, in a transaction of its own. */
  async query<Row extends QueryResultRow>(...[text, values = []]: Query): Promise<Row[]> {
    try {
      const pool = await this.#connect();
      return (await pool.query<Row>(text, [...values])).rows;
    } catch (error) {
      throw storeError(error);
    }
  }

  /** Runs `work` in one transaction, which a rejection rolls back. */
  async transaction<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    let client: PoolClient | undefined;
    try {
      client = await (await this.#connect()).connect();
      await client.query("BEGIN");
      const result = await work(client);
      await client.query("COMMIT");
      client.release();
      return result;
    } catch (error) {
      // Ends the transaction with the connection, whatever state that is in.
      client?.release(true);
      throw storeError(error);
    }
  }

  /** A connection of its own, outside the pool, for `LISTEN`. The caller ends it. */
  async connectAlone(): Promise<import("pg").Client> {
    const { default: pg } = await import("pg");
    const client = new pg.Client(this.#config());
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw storeError(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pool = await this.#pool?.catch(() => undefined);
    this.#pool = undefined;
    await pool?.end().catch(() => undefined);
  }

  #connect(): Promise<Pool> {
    this.#pool ??= this.#createPool();
    return this.#pool;
  }

  async #createPool(): Promise<Pool> {
    const { default: pg } = await import("pg");
    const pool = new pg.Pool({ ...this.#config(), max: this.#options.maxConnections ?? 4 });
    // An idle connection that is lost is replaced at the next query, which tells when it cannot be.
    pool.on("error", () => {});
    return pool;
  }

  #config(): PoolConfig {
    return {
      connectionString: this.#options.url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      statement_timeout: QUERY_TIMEOUT_MS,
      application_name: "docport",
      keepAlive: true,
    };
  }
}
