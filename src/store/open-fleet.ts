import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { ChallengeSharing } from "../certs/challenges/challenge-sharing.ts";
import type { Storage } from "../certs/storage.ts";
import type { UsagePeers } from "../lib/client-usage.ts";
import type { Clock } from "../lib/clock.ts";
import { DocportError, messageOf } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { ChangeFeed } from "./change-feed.ts";
import { Database } from "./database.ts";
import { LocalCopyStorage } from "./local-copy-storage.ts";
import { migrate } from "./migrate.ts";
import { PostgresIndexShelf } from "./postgres-index-shelf.ts";
import { PostgresStorage } from "./postgres-storage.ts";
import { Replicas } from "./replicas.ts";
import { Sealer, type SealKey } from "./seal.ts";
import { SharedChallenges } from "./shared-challenges.ts";
import { UsageNews } from "./usage-news.ts";

export interface FleetOptions {
  readonly url: string;
  /** The first one seals; none: private keys are stored as they are. */
  readonly keys: readonly SealKey[];
  /** Keeps this replica's copy of what it has read. */
  readonly local: Storage;
  readonly clock: Clock;
  readonly log: Log;
  /** What this replica says of itself, for `docport fleet status`. */
  readonly status: () => Readonly<Record<string, unknown>>;
}

/** One replica's part in a fleet. */
export interface Fleet extends AsyncDisposable {
  readonly storage: Storage;
  readonly sharing: ChallengeSharing;
  readonly shelf: PostgresIndexShelf;
  readonly usagePeers: UsagePeers;
}

/**
 * Joins the replicas that share a database. With the database away it resolves all the same and
 * joins when it is back: what is in the local copy is served meanwhile. Rejects with `ERR_STORE_*`
 * when the database is there and refuses us.
 */
export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const { clock, log, keys, local } = options;
  const database = new Database({ url: options.url });
  const name = `${hostname()}:${process.pid}`;
  const sealer = keys.length > 0 ? new Sealer(keys) : undefined;
  const shared = new PostgresStorage({ database, sealer, clock, holder: name });
  const id = randomUUID();
  const replicas = new Replicas({ database, clock, id, name, status: options.status });
  const usagePeers = new UsageNews({ database, clock, id });
  const sharing = new SharedChallenges({ storage: shared, replicas });
  const shelf = new PostgresIndexShelf({ database, clock, holder: name });
  const storage = new LocalCopyStorage({
    shared,
    local,
    onTrouble: (error) => log("warn", "store.no-copy", { message: messageOf(error) }),
  });
  const feed = new ChangeFeed({
    database,
    clock,
    onChange(key) {
      // Away again: the feed tells it.
      if (SharedChallenges.concerns(key)) void sharing.refresh().catch(() => undefined);
      storage.tell(key);
      shelf.tell(key);
    },
    onUsage: (news) => usagePeers.tellListeners(news),
    onAway: (error) => log("warn", "store.away", { message: messageOf(error) }),
    onBack: () => log("info", "store.back"),
  });
  try {
    await migrate(database);
  } catch (error) {
    const isAway = error instanceof DocportError && error.code === "ERR_STORE_AWAY";
    if (!isAway) {
      await database[Symbol.asyncDispose]();
      throw error;
    }
  }
  feed.start();
  replicas.start();
  return {
    storage,
    sharing,
    shelf,
    usagePeers,
    async [Symbol.asyncDispose]() {
      await feed[Symbol.asyncDispose]();
      await replicas[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
