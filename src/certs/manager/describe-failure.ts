import { explainFailure, type FailureExplanation } from "../explain-failure.ts";
import type { NewLedgerEntry } from "../ledger/ledger-entry.ts";
import { retryInstant } from "../ledger/retry-schedule.ts";
import { LocalLimitError } from "../local-limit-error.ts";
import type { PlannedRenewal } from "../policy/renewal-window.ts";

export interface FailedAttempt {
  readonly error: unknown;
  readonly names: readonly string[];
  /** Directory URL. */
  readonly ca: string;
  /** What our own checks found before the CA was told to look. */
  readonly doubts: readonly string[];
  /** Addresses that DNS gives for the names, when they could be looked up. */
  readonly addresses: ReadonlyMap<string, readonly string[]> | undefined;
  /** How many had failed before this one. */
  readonly failuresBefore: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** When the certificate that is served expires. */
  readonly expiresAt: number | undefined;
  readonly window: PlannedRenewal | undefined;
  /** What could be seen of the cause. */
  readonly observed: string | undefined;
  readonly random: () => number;
}

export interface DescribedFailure {
  readonly failure: FailureExplanation;
  /** Epoch milliseconds. */
  readonly retryAt: number;
  readonly entry: NewLedgerEntry;
}

/** What to tell about a failed attempt, what to write down, and when to try again. */
export function describeFailure(attempt: FailedAttempt): DescribedFailure {
  const { error, names, ca, doubts, addresses, now, expiresAt, window, observed, random } = attempt;
  const failure = explainFailure(error, { names, doubts, ...(addresses && { addresses }) });
  const retryAt =
    error instanceof LocalLimitError
      ? error.allowedAt
      : retryInstant({
          count: attempt.failuresBefore + 1,
          now,
          random,
          ...(failure.retryAfterMs !== undefined && { retryAfterMs: failure.retryAfterMs }),
          ...(expiresAt !== undefined && { expiresAt }),
          ...(window && { window }),
        });
  const { sentence: detail, fix, caWords, type, cause: why } = failure;
  const entry = { kind: "failed", ca, type, detail, fix, caWords, why, observed } as const;
  return { failure, retryAt, entry: { ...entry, until: retryAt } };
}
