import type { ClockVerdict } from "./clock-check.ts";
import { isInsideWindow, type PlannedRenewal } from "./renewal-window.ts";

/** The certificate in use, as far as the decision needs it. Epoch milliseconds. */
export interface CertificateInUse {
  readonly notBefore: number;
  readonly notAfter: number;
  /** Every configured name is in it. */
  readonly coversAllNames: boolean;
  /** It was issued by a CA that is still configured; always true for a user's own. */
  readonly isFromConfiguredCa: boolean;
  /** We have revoked it, so somebody may hold its key. */
  readonly isRevoked?: boolean;
  /** `user`: somebody else's PEM files, which we leave alone as long as they are good. */
  readonly source: "acme" | "user";
}

export interface RenewalState {
  readonly certificate?: CertificateInUse;
  /** What the CA suggested (ARI), with the instant drawn in it. */
  readonly planned?: PlannedRenewal;
  /** Not before this instant, by our retry schedule or the CA's Retry-After. 0: no wait. */
  readonly retryAt: number;
  /** Not before this instant, by the CA's published limits. 0: nothing used up. */
  readonly allowedAt: number;
  /** Somebody asked for a new certificate now. */
  readonly isForced?: boolean;
  readonly clock: ClockVerdict;
}

export type RenewalReason =
  | "missing"
  | "revoked"
  | "names-changed"
  | "ca-changed"
  | "expired"
  | "ari"
  | "lifetime"
  | "emergency"
  | "forced";

export type WaitReason = "retry" | "rate-limit" | "clock";

export type Action =
  /** All is well until then. */
  | { readonly kind: "nothing"; readonly until: number }
  /** A certificate is due, but nothing may be asked before then. */
  | {
      readonly kind: "wait";
      readonly until: number;
      readonly because: WaitReason;
      readonly why: RenewalReason;
    }
  /** Order now. `exempt`: inside the CA's own window, so none of its limits count. */
  | { readonly kind: "renew"; readonly why: RenewalReason; readonly exempt: boolean };

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CLOCK_RECHECK_MS = 10 * 60_000;

/**
 * What to do about the certificate at `now`. RFC 9773 (ARI) is asked first, but never trusted
 * alone: when a twentieth of the life is left we renew whatever the CA says, because a bug there
 * must not take the site down. Waits and limits are kept even then: breaking them gets nothing.
 */
export function decide(now: number, state: RenewalState): Action {
  const due = dueAt(state);
  if (state.clock.kind === "suspect") {
    return { kind: "wait", until: now + CLOCK_RECHECK_MS, because: "clock", why: due.why };
  }
  if (now < due.at) return { kind: "nothing", until: due.at };
  const exempt = isExempt(now, state);
  const why = nameReason(now, state, due.why);
  if (now < state.retryAt) return { kind: "wait", until: state.retryAt, because: "retry", why };
  if (!exempt && now < state.allowedAt) {
    return { kind: "wait", until: state.allowedAt, because: "rate-limit", why };
  }
  return { kind: "renew", why, exempt };
}

/** When a new certificate is due, waits and limits aside. Epoch milliseconds. */
export function dueAt(state: RenewalState): { readonly at: number; readonly why: RenewalReason } {
  const { certificate } = state;
  if (!certificate) return { at: 0, why: "missing" };
  if (certificate.isRevoked) return { at: 0, why: "revoked" };
  if (!certificate.coversAllNames) return { at: 0, why: "names-changed" };
  if (!certificate.isFromConfiguredCa) return { at: 0, why: "ca-changed" };
  if (state.isForced) return { at: 0, why: "forced" };
  const emergency = { at: emergencyAt(certificate), why: "emergency" } as const;
  if (certificate.source === "user") return emergency;
  const regular = state.planned
    ? ({ at: Math.max(state.planned.renewAt, earliestAt(certificate)), why: "ari" } as const)
    : ({ at: lifetimeAt(certificate), why: "lifetime" } as const);
  return regular.at <= emergency.at ? regular : emergency;
}

/** The instant at which a twentieth of the life is left. */
export function emergencyAt({ notBefore, notAfter }: CertificateInUse): number {
  return notAfter - (notAfter - notBefore) / 20;
}

/** A CA that wants a certificate replaced the moment it was issued would be asked without end. */
function earliestAt({ notBefore, notAfter }: CertificateInUse): number {
  return notBefore + Math.min((notAfter - notBefore) / 20, 6 * HOUR);
}

/** Two thirds of the life; half of a life below ten days, where a third is too short a rescue. */
function lifetimeAt({ notBefore, notAfter }: CertificateInUse): number {
  const lifeMs = notAfter - notBefore;
  return notBefore + lifeMs * (lifeMs < 10 * DAY ? 1 / 2 : 2 / 3);
}

/** Only a renewal of the CA's own certificate, for the same names, inside its window. */
function isExempt(now: number, { certificate, planned }: RenewalState): boolean {
  if (!certificate || !planned) return false;
  const isRenewal = certificate.coversAllNames && certificate.source === "acme";
  return isRenewal && isInsideWindow(planned, now);
}

/** The most urgent true name for it. */
function nameReason(now: number, { certificate }: RenewalState, why: RenewalReason): RenewalReason {
  if (!certificate || why === "names-changed") return why;
  if (now >= certificate.notAfter) return "expired";
  return now >= emergencyAt(certificate) ? "emergency" : why;
}
