import type { LedgerEntry } from "./ledger-entry.ts";
import { retryInstant } from "./retry-schedule.ts";

/** How the attempts for one set of names at one CA have gone since the last certificate. */
export interface AttemptHistory {
  /** Failed in a row. */
  readonly failures: number;
  /** Epoch milliseconds before which no attempt may start; 0 when none is waited for. */
  readonly retryAt: number;
  readonly lastFailure: LedgerEntry | undefined;
  /** Attempts in a row that never came to an end: the process was killed or stopped. */
  readonly interrupted: number;
}

/** A process that is stopped in the middle may go on at once this often, then it looks like a loop. */
const FREE_INTERRUPTIONS = 3;
const MAX_CAUSE_GONE_PER_DAY = 5;
const DAY_MS = 86_400_000;

export function attemptHistory(
  entries: readonly LedgerEntry[],
  set: string,
  ca: string,
): AttemptHistory {
  const issuedAt = entries.findLastIndex((e) => e.set === set && e.kind === "issued");
  const mine = entries.slice(issuedAt + 1).filter((e) => e.set === set && e.ca === ca);
  const failed = mine.filter(({ kind }) => kind === "failed");
  const lastFailure = failed.at(-1);
  const after = mine.slice(mine.findLastIndex(({ kind }) => kind === "failed") + 1);
  const isCauseGone = after.some(({ kind }) => kind === "cause-gone");
  const attempts = after.filter(({ kind }) => kind === "attempt");
  const surplus = attempts.length - FREE_INTERRUPTIONS + 1;
  const lastAttempt = attempts.at(-1);
  const loopWait =
    lastAttempt && surplus > 0
      ? retryInstant({ count: surplus, now: lastAttempt.at, random: () => 0 })
      : 0;
  const retryAt = isCauseGone ? 0 : (lastFailure?.until ?? 0);
  return {
    failures: failed.length,
    retryAt: Math.max(retryAt, loopWait),
    lastFailure,
    interrupted: attempts.length,
  };
}

/** Whether "the cause is gone" may end a wait once more: what flaps must not cost an order each time. */
export function mayWakeEarly(
  entries: readonly LedgerEntry[],
  set: string,
  now: number,
  lastFailure: LedgerEntry,
): boolean {
  const woken = entries.filter(
    (e) => e.set === set && e.kind === "cause-gone" && e.at > now - DAY_MS,
  );
  return woken.length < MAX_CAUSE_GONE_PER_DAY && now - lastFailure.at >= 60_000;
}

/** An order that the CA has not closed and whose certificate we do not have yet. */
export interface OrderInFlight {
  readonly url: string;
  readonly ca: string;
  readonly exempt: boolean;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Attempts that failed on it. */
  readonly failures: number;
}

/** The order in flight for this set of names, at whichever CA. */
export function orderInFlight(
  entries: readonly LedgerEntry[],
  set: string,
): OrderInFlight | undefined {
  const mine = entries.filter((entry) => entry.set === set);
  const at = mine.findLastIndex(({ kind }) => kind === "order-created");
  const created = mine[at];
  if (created?.url === undefined) return undefined;
  const after = mine.slice(at + 1);
  const isOver = after.some(
    ({ kind, url }) => kind === "issued" || (kind === "order-closed" && url === created.url),
  );
  if (isOver) return undefined;
  return {
    url: created.url,
    ca: created.ca,
    exempt: created.exempt ?? false,
    createdAt: created.at,
    failures: after.filter(({ kind }) => kind === "failed").length,
  };
}
