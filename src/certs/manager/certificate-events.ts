import type { FailureExplanation } from "../explain-failure.ts";
import type { RenewalReason, WaitReason } from "../policy/decide.ts";

/** Everything that a {@link CertificateManager} tells. Times are epoch milliseconds. */
export type CertificateEvent =
  /** PEM files of somebody else's were taken into use. */
  | { readonly type: "adopted"; readonly names: readonly string[]; readonly notAfter: number }
  | {
      readonly type: "attempt";
      readonly why: RenewalReason;
      readonly ca: string;
      /** Inside the CA's renewal window, so that it costs none of its limits. */
      readonly exempt: boolean;
    }
  /** The first certificate (`issued`) or one after it (`renewed`) is being served. */
  | {
      readonly type: "issued" | "renewed";
      readonly ca: string;
      readonly serialNumber: string;
      readonly notAfter: number;
      readonly exempt: boolean;
    }
  | { readonly type: "failed"; readonly failure: FailureExplanation; readonly retryAt: number }
  /** Told once for each wait. */
  | {
      readonly type: "waiting";
      readonly until: number;
      readonly because: WaitReason;
      readonly why: RenewalReason;
    }
  /** New connections get this certificate from now on. */
  | { readonly type: "swapped"; readonly fingerprint256: string; readonly notAfter: number }
  | { readonly type: "rolled-back"; readonly reason: string }
  | { readonly type: "quarantined"; readonly what: string; readonly reason: string }
  /** A generation that was damaged on disk was written again from memory. */
  | { readonly type: "restored"; readonly serialNumber: string }
  /** The CA suggested when to renew (ARI). */
  | {
      readonly type: "window";
      readonly start: number;
      readonly end: number;
      readonly renewAt: number;
      readonly explanationUrl?: string;
    }
  | { readonly type: "clock-suspect"; readonly sentence: string; readonly fix: string }
  | { readonly type: "clock-jumped"; readonly byMs: number }
  /** The cause of the last failure seems to be gone, so the wait is over. */
  | { readonly type: "woken"; readonly cause: string }
  | { readonly type: "fail-over"; readonly from: string; readonly to: string }
  /** The certificates folder cannot be read or written. */
  | { readonly type: "storage-trouble"; readonly sentence: string; readonly fix: string }
  /** A bug: told so that it is seen, and survived. */
  | { readonly type: "unexpected"; readonly error: unknown };

/** Hands events to whoever listens. A listener that throws disturbs nobody. */
export class EventFeed<T> {
  readonly #listeners = new Set<(event: T) => void>();

  /** Calls `listener` for each event until the returned function is called. */
  subscribe(listener: (event: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: T): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // The keeper outlives its audience.
      }
    }
  }
}
