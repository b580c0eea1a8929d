import type { UsageBook, UsagePeers } from "../../lib/client-usage.ts";
import type { Clock } from "../../lib/clock.ts";

export interface SharingOptions {
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Has several processes count their clients together: what is used here is told to the others, and
 * what they tell is counted here. What cannot be told is forgotten; it would be out of date when it
 * came. Never rejects, and resolves when it has ended.
 */
export async function shareUsage(
  book: UsageBook,
  peers: UsagePeers,
  { clock, signal }: SharingOptions,
): Promise<void> {
  book.takeUsage();
  const stop = peers.hear((usage) => book.addUsage(usage));
  try {
    for (;;) {
      await clock.sleep(peers.pauseMs, signal);
      const usage = book.takeUsage();
      if (usage.size > 0) await peers.tell(usage).catch(() => {});
    }
  } catch {
    // Ended: only the sleep rejects.
  } finally {
    stop();
  }
}
