import {
  type CertificatePair,
  coversAllNames,
  isWithinDates,
} from "../generations/certificate-pair.ts";
import type { GenerationOrigin } from "../generations/generation.ts";
import { type AttemptHistory, attemptHistory, orderInFlight } from "../ledger/attempt-history.ts";
import type { LedgerEntry } from "../ledger/ledger-entry.ts";
import {
  judgeOrderLimits,
  type LimitVerdict,
  type PublishedLimits,
} from "../ledger/rate-limits.ts";
import type { ClockVerdict } from "../policy/clock-check.ts";
import { type Action, decide, type RenewalState } from "../policy/decide.ts";
import type { PlannedRenewal } from "../policy/renewal-window.ts";

export interface StepInput {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly names: readonly string[];
  readonly set: string;
  readonly current?: { readonly pair: CertificatePair } & GenerationOrigin;
  readonly planned?: PlannedRenewal;
  readonly entries: readonly LedgerEntry[];
  /** The first is the one that is wanted; the others are for when it is down. */
  readonly authorities: readonly {
    readonly directoryUrl: string;
    readonly limits: PublishedLimits;
  }[];
  /** Somebody asked for a new certificate now: our own schedule is off, the CA's limits are not. */
  readonly isForced: boolean;
  readonly clock: ClockVerdict;
  /** A wait that could not be written down. */
  readonly waitInMemoryUntil: number;
}

export interface Step {
  readonly action: Action;
  /** Index into `authorities`. */
  readonly authority: number;
  readonly history: AttemptHistory;
  readonly limits: LimitVerdict;
}

/** A CA that limits us for longer than this is gone round, when there is another. */
const LONG_WAIT_MS = 3_600_000;

/**
 * What to do next and at which CA. The second one is asked only when the first is down or limits us,
 * and only once its own waits are over: nothing flaps between the two.
 */
export function planStep(input: StepInput): Step {
  const first = stepAt(input, 0);
  const { action } = first;
  if (action.kind !== "wait" || action.because === "clock" || !mayFailOver(input, first)) {
    return first;
  }
  let earliest = first;
  for (let i = 1; i < input.authorities.length; i++) {
    const other = stepAt(input, i);
    if (other.action.kind === "renew") return other;
    if (until(other) < until(earliest)) earliest = other;
  }
  return earliest;
}

function stepAt(input: StepInput, authority: number): Step {
  const { now, names, set, current, planned, entries } = input;
  const { directoryUrl: ca, limits } = input.authorities[authority] ?? NO_AUTHORITY;
  const history = attemptHistory(entries, set, ca);
  const verdict = judgeOrderLimits(limits, entries, { ca, set, names, now });
  const retryAt = Math.max(retryAtOf(history, input.isForced), input.waitInMemoryUntil);
  // An order that is in flight has been counted already.
  const isInFlight = orderInFlight(entries, set)?.ca === ca;
  const state: RenewalState = {
    ...(current && {
      certificate: {
        notBefore: current.pair.chain.notBefore,
        notAfter: current.pair.chain.notAfter,
        coversAllNames: coversAllNames(current.pair, names),
        isFromConfiguredCa:
          current.source === "user" ||
          input.authorities.some(({ directoryUrl }) => directoryUrl === current.ca),
        isRevoked: isRevoked(entries, current.pair),
        source: current.source,
      },
    }),
    ...(planned && { planned }),
    retryAt,
    allowedAt: isInFlight ? 0 : verdict.allowedAt,
    isForced: input.isForced,
    clock: input.clock,
  };
  const action = decide(now, state);
  // The window is the issuing CA's; elsewhere a renewal is an order like any other.
  const isElsewhere = current?.ca !== ca;
  return {
    action: action.kind === "renew" && isElsewhere ? atLimits(action, now, state) : action,
    authority,
    history,
    limits: verdict,
  };
}

function isRevoked(entries: readonly LedgerEntry[], { chain }: CertificatePair): boolean {
  return entries.some(
    ({ kind, serialNumber }) => kind === "revoked" && serialNumber === chain.serialNumber,
  );
}

function atLimits(
  action: Extract<Action, { kind: "renew" }>,
  now: number,
  { allowedAt }: RenewalState,
): Action {
  return now < allowedAt
    ? { kind: "wait", until: allowedAt, because: "rate-limit", why: action.why }
    : { ...action, exempt: false };
}

/** A CA's own word holds even when somebody presses the button; our schedule does not. */
function retryAtOf(history: AttemptHistory, isForced: boolean): number {
  const isOurs = history.lastFailure?.why !== "ca-limit";
  return isForced && isOurs ? 0 : history.retryAt;
}

function mayFailOver(input: StepInput, { history, action }: Step): boolean {
  const { current, now } = input;
  const isLimited = action.kind === "wait" && action.because === "rate-limit";
  const why = history.lastFailure?.why;
  if (!isLimited && why !== "ca-down" && why !== "ca-limit") return false;
  const isLong = action.kind === "wait" && action.until - now > LONG_WAIT_MS;
  const hasGood = current && isWithinDates(current.pair, now);
  return history.failures >= 2 || isLong || !hasGood;
}

function until({ action }: Step): number {
  return action.kind === "renew" ? 0 : action.until;
}

const NO_AUTHORITY = { directoryUrl: "", limits: {} } as const;
