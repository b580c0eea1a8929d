import type { ClientUsage, UsagePeers } from "../lib/client-usage.ts";
import type { Clock } from "../lib/clock.ts";
import type { Database } from "./database.ts";

export interface UsageNewsOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Of this replica: what it says itself it does not listen to. */
  readonly id: string;
}

/**
 * SQL of the channel on which replicas tell what their clients have used. Channels belong to a whole
 * database, and each of its schemas may have a fleet.
 */
export const USAGE_CHANNEL = "'docport_usage_' || left(md5(current_schema()), 8)";

const LEAST_PAUSE_MS = 1_000;
/** Each hears all others, so that what all hear together grows with their square. */
const PAUSE_PER_REPLICA_MS = 20;
const SILENT_AFTER_MS = 60_000;

/** PostgreSQL takes payloads shorter than 8,000 bytes (documentation of NOTIFY). */
const MAX_PAYLOAD_BYTES = 7_900;
/** Of so many clients others hear at once: those that have used most. */
const MAX_CLIENTS = 2_000;
const MAX_NAME_CHARS = 200;
const MAX_REQUESTS = 1_000_000;

/**
 * What the clients of each replica have used, told by notifications: nothing is written to a table.
 * News that is missed is not made up for.
 */
export class UsageNews implements UsagePeers {
  readonly #options: UsageNewsOptions;
  readonly #listeners = new Set<(usage: ClientUsage) => void>();
  /** When each other replica was heard last. */
  readonly #heardAt = new Map<string, number>();

  constructor(options: UsageNewsOptions) {
    this.#options = options;
  }

  get pauseMs(): number {
    return Math.max(LEAST_PAUSE_MS, (this.#heardAt.size + 1) * PAUSE_PER_REPLICA_MS);
  }

  async tell(usage: ClientUsage): Promise<void> {
    const { database, id } = this.#options;
    await database.query(
      `SELECT pg_notify(${USAGE_CHANNEL}, news) FROM unnest($1::text[]) AS news`,
      [usageNews(id, usage)],
    );
  }

  hear(listener: (usage: ClientUsage) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Takes a notification of any replica, this one included. What cannot be read is left out. */
  tellListeners(news: string): void {
    const { clock, id } = this.#options;
    const read = readUsageNews(news);
    if (!read || read.id === id) return;
    const now = clock.now();
    this.#heardAt.set(read.id, now);
    for (const [other, at] of this.#heardAt) {
      if (now - at > SILENT_AFTER_MS) this.#heardAt.delete(other);
    }
    for (const listener of this.#listeners) listener(read.usage);
  }
}

/** The notifications that tell this; each is `[id, [[client, requests], ...]]`. */
export function usageNews(id: string, usage: ClientUsage): string[] {
  const most = [...usage]
    .filter(([client, requests]) => client.length <= MAX_NAME_CHARS && requests !== 0)
    .toSorted(([, one], [, other]) => Math.abs(other) - Math.abs(one))
    .slice(0, MAX_CLIENTS);
  const news: string[] = [];
  let entries: string[] = [];
  let bytes = 0;
  const end = (): void => {
    if (entries.length > 0) news.push(`[${JSON.stringify(id)},[${entries.join()}]]`);
    entries = [];
    bytes = JSON.stringify(id).length + 5;
  };
  end();
  for (const [client, requests] of most) {
    const entry = JSON.stringify([client, Math.round(requests * 100) / 100]);
    const size = Buffer.byteLength(entry) + 1;
    if (bytes + size > MAX_PAYLOAD_BYTES) end();
    entries.push(entry);
    bytes += size;
  }
  end();
  return news;
}

/** Undefined when it is none of ours. */
export function readUsageNews(
  news: string,
): { readonly id: string; readonly usage: ClientUsage } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(news);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const [id, entries]: unknown[] = value;
  if (typeof id !== "string" || !Array.isArray(entries)) return undefined;
  const usage = new Map<string, number>();
  for (const entry of entries) {
    const [client, requests]: unknown[] = Array.isArray(entry) ? entry : [];
    if (typeof client !== "string" || typeof requests !== "number") return undefined;
    if (client.length > MAX_NAME_CHARS || !(Math.abs(requests) <= MAX_REQUESTS)) return undefined;
    usage.set(client, requests);
  }
  return { id, usage };
}
