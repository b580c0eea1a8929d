import type { AcmeClient } from "../../acme/client.ts";
import { mayWakeEarly } from "../ledger/attempt-history.ts";
import type { LedgerEntry } from "../ledger/ledger-entry.ts";
import type { Step } from "./plan-step.ts";

export interface WakeQuestion {
  readonly step: Step;
  readonly entries: readonly LedgerEntry[];
  readonly set: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Something that changes when DNS or a port does. */
  readonly observe?: ((signal: AbortSignal) => Promise<string>) | undefined;
  readonly createClient: () => AcmeClient;
  readonly signal: AbortSignal;
}

/** Causes that somebody can mend at any time, where a cheap look shows it. */
const OBSERVED_CAUSES: readonly string[] = ["dns", "caa", "unreachable", "wrong-answer"];

/**
 * Whether the cause of the failure that we wait for is gone: DNS answers something else than it did
 * then, or the CA that gave no reply has a directory again. The limits and a Retry-After are not for
 * us to end. Never rejects.
 */
export async function isCauseGone(question: WakeQuestion): Promise<boolean> {
  const { step, entries, set, now, observe, createClient, signal } = question;
  const { lastFailure } = step.history;
  const isWaiting = step.action.kind === "wait" && step.action.because === "retry";
  if (!isWaiting || !lastFailure || !mayWakeEarly(entries, set, now, lastFailure)) return false;
  try {
    if (OBSERVED_CAUSES.includes(lastFailure.why ?? "")) {
      const { observed } = lastFailure;
      return (
        observed !== undefined && observe !== undefined && (await observe(signal)) !== observed
      );
    }
    const gaveNoReply = lastFailure.type === "ERR_ACME_NETWORK";
    if (gaveNoReply) await createClient().directory(signal);
    return gaveNoReply;
  } catch {
    return false;
  }
}
