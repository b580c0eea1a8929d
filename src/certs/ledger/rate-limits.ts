import type { LedgerEntry } from "./ledger-entry.ts";

/** A token bucket: `burst` at once, then one more every `refillMs`. */
export interface RateLimit {
  readonly burst: number;
  readonly refillMs: number;
}

/** What a CA allows one client, as far as it has said so. */
export interface PublishedLimits {
  readonly newAccounts?: RateLimit;
  readonly newOrders?: RateLimit;
  readonly certificatesPerSet?: RateLimit;
  readonly failedValidationsPerIdentifier?: RateLimit;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** https://letsencrypt.org/docs/rate-limits/ (2026-08-05) */
export const LETS_ENCRYPT_LIMITS: PublishedLimits = {
  newAccounts: { burst: 10, refillMs: 18 * MINUTE },
  newOrders: { burst: 300, refillMs: 36 * SECOND },
  // "1 every 34 hours" on that page: five a week, rounded up.
  certificatesPerSet: { burst: 5, refillMs: 34 * HOUR },
  failedValidationsPerIdentifier: { burst: 5, refillMs: 12 * MINUTE },
};

/** https://letsencrypt.org/docs/staging-environment/ */
export const LETS_ENCRYPT_STAGING_LIMITS: PublishedLimits = {
  newAccounts: { burst: 50, refillMs: 3.6 * MINUTE },
  newOrders: { burst: 1_500, refillMs: 7.2 * SECOND },
  certificatesPerSet: { burst: 30_000, refillMs: 20 * SECOND },
  failedValidationsPerIdentifier: { burst: 200, refillMs: 18 * SECOND },
};

/**
 * The limits to count for the CA with this directory. One that has published none gets none
 * counted: a CA in the house may well issue certificates of one hour, all day.
 */
export function publishedLimitsOf(directoryUrl: string): PublishedLimits {
  switch (URL.canParse(directoryUrl) ? new URL(directoryUrl).hostname : "") {
    case "acme-v02.api.letsencrypt.org":
      return LETS_ENCRYPT_LIMITS;
    case "acme-staging-v02.api.letsencrypt.org":
      return LETS_ENCRYPT_STAGING_LIMITS;
    default:
      return {};
  }
}

export interface LimitVerdict {
  /** Epoch milliseconds from which the next one is allowed; 0 when nothing was ever used. */
  readonly allowedAt: number;
  /** The limit that binds, for a sentence. */
  readonly limit?: keyof PublishedLimits;
  /** How many are left now in the tightest bucket. */
  readonly left: number;
}

/** When a bucket that was drawn on at `times` (any order) gives the next token; 0 when unused. */
export function nextTokenAt(limit: RateLimit, times: readonly number[]): number {
  return Math.max(0, fullAgainAt(limit, times) - (limit.burst - 1) * limit.refillMs);
}

/** How many whole tokens are in the bucket at `now`. */
export function tokensLeft(limit: RateLimit, times: readonly number[], now: number): number {
  const missing = Math.max(0, fullAgainAt(limit, times) - now) / limit.refillMs;
  return Math.max(0, Math.floor(limit.burst - missing));
}

/** The generic cell rate algorithm: a bucket is described by the instant it is full again. */
function fullAgainAt(limit: RateLimit, times: readonly number[]): number {
  return times
    .toSorted((a, b) => a - b)
    .reduce((full, at) => Math.max(full, at) + limit.refillMs, Number.NEGATIVE_INFINITY);
}

/**
 * Whether one more order for `set` at `ca` is within its limits: counted are orders that were not
 * exempt, certificates that may have been issued, and validations that failed or whose outcome we
 * never learnt. So we refuse before the CA does, and a restart changes nothing.
 */
export function judgeOrderLimits(
  limits: PublishedLimits,
  entries: readonly LedgerEntry[],
  order: {
    readonly ca: string;
    readonly set: string;
    /** Those that the set stands for. */
    readonly names: readonly string[];
    readonly now: number;
  },
): LimitVerdict {
  const mine = entries.filter((entry) => entry.ca === order.ca);
  const used: readonly (readonly [keyof PublishedLimits, readonly number[]])[] = [
    ["newOrders", ordersRequested(mine)],
    ["certificatesPerSet", certificatesAskedFor(mine, order.set)],
    ...order.names
      .map((name) => failedValidations(mine, name.toLowerCase()))
      .map((times) => ["failedValidationsPerIdentifier", times] as const),
  ];
  return tightest(limits, used, order.now);
}

/** Whether one more newAccount at `ca` is within its limits. */
export function judgeAccountLimit(
  limits: PublishedLimits,
  entries: readonly LedgerEntry[],
  ca: string,
  now: number,
): LimitVerdict {
  const requested = entries.filter((e) => e.ca === ca && e.kind === "account-requested");
  return tightest(limits, [["newAccounts", requested.map(({ at }) => at)]], now);
}

function tightest(
  limits: PublishedLimits,
  used: readonly (readonly [keyof PublishedLimits, readonly number[]])[],
  now: number,
): LimitVerdict {
  let verdict: LimitVerdict = { allowedAt: 0, left: Number.POSITIVE_INFINITY };
  for (const [name, times] of used) {
    const limit = limits[name];
    if (!limit) continue;
    const allowedAt = nextTokenAt(limit, times);
    const left = tokensLeft(limit, times, now);
    if (allowedAt > verdict.allowedAt || left < verdict.left) {
      verdict = {
        allowedAt: Math.max(allowedAt, verdict.allowedAt),
        left: Math.min(left, verdict.left),
        limit: allowedAt >= verdict.allowedAt ? name : (verdict.limit ?? name),
      };
    }
  }
  return verdict;
}

function ordersRequested(entries: readonly LedgerEntry[]): number[] {
  return entries.filter((e) => e.kind === "order-requested" && !e.exempt).map(({ at }) => at);
}

/** finalize makes the certificate, even if its answer never reached us; a refusal does not. */
function certificatesAskedFor(entries: readonly LedgerEntry[], set: string): number[] {
  const times = new Map<string, number>();
  for (const { kind, at, url = "", exempt, set: entrySet } of entries) {
    if (entrySet !== set) continue;
    if (kind === "finalize-requested" && !exempt && !times.has(url)) times.set(url, at);
    if (kind === "order-closed") times.delete(url);
  }
  return [...times.values()];
}

function failedValidations(entries: readonly LedgerEntry[], identifier: string): number[] {
  const failed: number[] = [];
  let undecided: number[] = [];
  for (const entry of entries) {
    if (entry.identifier !== identifier) continue;
    if (entry.kind === "validation-requested") undecided.push(entry.at);
    if (entry.kind === "validated") undecided = [];
    if (entry.kind === "validation-failed") {
      failed.push(entry.at);
      undecided = [];
    }
  }
  return [...failed, ...undecided];
}
