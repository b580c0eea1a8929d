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

const PROBE_EVERY_MS = 3_600_000;

/** Notices that the cause of the failure that we wait for is gone. */
export class EarlyWake {
  #nextProbeAt = 0;

  /**
   * Whether DNS answers something else than it did at the failure, or the CA that gave no reply has a
   * directory again (asked at most once an hour). A limit and a Retry-After are not for us to end.
   * Never rejects.
   */
  async isCauseGone(question: WakeQuestion): Promise<boolean> {
    const { step, entries, set, now, observe, createClient, signal } = question;
    const { lastFailure } = step.history;
    const isWaiting = step.action.kind === "wait" && step.action.because === "retry";
    if (!isWaiting || !lastFailure || !mayWakeEarly(entries, set, now, lastFailure)) return false;
    try {
      if (OBSERVED_CAUSES.includes(lastFailure.why ?? "")) {
        const before = lastFailure.observed;
        return before !== undefined && observe !== undefined && (await observe(signal)) !== before;
      }
      if (lastFailure.type !== "ERR_ACME_NETWORK" || now < this.#nextProbeAt) return false;
      this.#nextProbeAt = now + PROBE_EVERY_MS;
      await createClient().directory(signal);
      return true;
    } catch {
      return false;
    }
  }
}
