import { type SharingOptions, shareUsage } from "./http/limits/share-usage.ts";
import type { ClientUsage, UsageBook, UsagePeers } from "./lib/client-usage.ts";
import { fromOurBuild } from "./workers/channel.ts";
import type { PrimaryLink } from "./workers/primary-link.ts";
import type { WorkerPool } from "./workers/worker-pool.ts";

/** What travels between workers and primary, under the name `usage`. */
interface SentUsage {
  /** The worker that counted it; undefined: another replica. */
  readonly pid?: number;
  readonly usage: ClientUsage;
}

const PAUSE_MS = 250;

/** The other workers, and the other replicas, as one worker reaches them. */
export function workerUsagePeers(
  link: Pick<PrimaryLink, "ask" | "on">,
  pid: number = process.pid,
): UsagePeers {
  return {
    pauseMs: PAUSE_MS,
    async tell(usage) {
      await link.ask("usage", { pid, usage } satisfies SentUsage);
    },
    hear(listener) {
      link.on("usage", (value) => {
        const sent = fromOurBuild<SentUsage>(value);
        if (sent.pid !== pid) listener(sent.usage);
      });
      return () => link.on("usage", () => {});
    },
  };
}

/** Has workers hear of each other's clients, and, where there are replicas, those of all of them. */
export function relayWorkerUsage(
  pool: Pick<WorkerPool, "on" | "ask">,
  peers: UsagePeers | undefined,
  options: SharingOptions,
): void {
  let counted = new Map<string, number>();
  const tellWorkers = (sent: SentUsage): void => void pool.ask("usage", sent);
  pool.on("usage", (value) => {
    const sent = fromOurBuild<SentUsage>(value);
    tellWorkers(sent);
    if (!peers) return;
    for (const [client, requests] of sent.usage) {
      counted.set(client, (counted.get(client) ?? 0) + requests);
    }
  });
  if (!peers) return;
  const book: UsageBook = {
    takeUsage() {
      const usage = counted;
      counted = new Map();
      return usage;
    },
    addUsage: (usage) => tellWorkers({ usage }),
  };
  void shareUsage(book, peers, options);
}
