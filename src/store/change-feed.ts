import type { Client } from "pg";
import type { Clock } from "../lib/clock.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import { CHANGES_CHANNEL } from "./postgres-storage.ts";
import { USAGE_CHANNEL } from "./usage-news.ts";

export interface ChangeFeedOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Told the key that changed, or undefined when any may have: news was missed. */
  readonly onChange: (key: string | undefined) => void;
  /** Told what a replica says of its clients; missed news is not told again. */
  readonly onUsage?: (news: string) => void;
  /** Told when the database has gone away, once, and when it is back. */
  readonly onAway?: (error: unknown) => void;
  readonly onBack?: () => void;
}

/** How long news may be missed before the count of changes shows that there was some. */
const LOOK_MS = 5_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Follows what other replicas write, over a connection of its own that is made again when it is
 * lost. News is told within milliseconds; a connection that died unseen is found by the count of
 * changes within seconds.
 */
export class ChangeFeed implements AsyncDisposable {
  readonly #options: ChangeFeedOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #isAway = false;
  #seen: string | undefined;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Whether the database could not be reached when it was last asked. */
  get isAway(): boolean {
    return this.#isAway;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stop;
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        await this.#follow(() => {
          pauseMs = FIRST_PAUSE_MS;
        });
      } catch (error) {
        if (signal.aborted) return;
        if (!this.#isAway) this.#options.onAway?.(error);
        this.#isAway = true;
      }
      await clock.sleep(pauseMs, signal).catch(() => undefined);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  }

  /** One connection, until it is lost, which rejects, or the feed is stopped. */
  async #follow(onConnected: () => void): Promise<void> {
    const { database, clock } = this.#options;
    const { signal } = this.#stop;
    const client = await database.connectAlone();
    const ended = new AbortController();
    client.on("error", (error) => ended.abort(error));
    client.on("end", () => ended.abort(new Error("the database ended the connection")));
    client.on("notification", ({ channel, payload }) => {
      if (channel === CHANGES_CHANNEL) this.#options.onChange(payload);
      else this.#options.onUsage?.(payload ?? "");
    });
    try {
      // A database that was away at the start may be a new one.
      await migrate(database);
      await client.query(`LISTEN ${CHANGES_CHANNEL}`);
      if (this.#options.onUsage) await listenForUsage(client);
      onConnected();
      if (this.#isAway) {
        this.#options.onBack?.();
        // Whoever failed for want of the database need not wait any longer.
        this.#seen = undefined;
      }
      this.#isAway = false;
      while (!signal.aborted) {
        await this.#look(client);
        await clock.sleep(LOOK_MS, AbortSignal.any([signal, ended.signal]));
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** What was told between two looks was seen; a count that nobody told of was missed. */
  async #look(client: Client): Promise<void> {
    // A sequence that was never used has the same last value as one that was used once.
    const { rows } = await client.query<{ count: string }>(
      "SELECT last_value + is_called::int AS count FROM docport_changes",
    );
    const count = rows[0]?.count;
    if (count === this.#seen) return;
    this.#seen = count;
    this.#options.onChange(undefined);
  }
}

async function listenForUsage(client: Client): Promise<void> {
  const { rows } = await client.query<{ channel: string }>(`SELECT ${USAGE_CHANNEL} AS channel`);
  await client.query(`LISTEN ${client.escapeIdentifier(rows[0]?.channel ?? "")}`);
}
