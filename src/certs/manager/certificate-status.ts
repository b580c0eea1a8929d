import type { CertificatePair } from "../generations/certificate-pair.ts";
import { isWithinDates } from "../generations/certificate-pair.ts";
import type { GenerationOrigin } from "../generations/generation.ts";
import type { LedgerEntry } from "../ledger/ledger-entry.ts";
import type { RenewalReason, WaitReason } from "../policy/decide.ts";
import type { Step } from "./plan-step.ts";
import type { RenewalNews } from "./renewal-news.ts";

/** How the certificate is, for a command line, `/healthz`, a status page or a tool. Epoch ms. */
export interface CertificateStatus {
  readonly names: readonly string[];
  /** `expiring`: good still, but past its emergency floor. `partial`: a name is missing in it. */
  readonly state: "ok" | "expiring" | "partial" | "expired" | "missing";
  /** Whether clients are served with a certificate that they can accept, as to names and dates. */
  readonly isReady: boolean;
  readonly certificate?: {
    readonly names: readonly string[];
    readonly issuer: string;
    readonly serialNumber: string;
    readonly fingerprint256: string;
    readonly notBefore: number;
    readonly notAfter: number;
    readonly source: "acme" | "user";
    readonly ca?: string;
    readonly profile?: string;
  };
  /** What happens next, and when. */
  readonly next?: {
    readonly action: "nothing" | "wait" | "renew";
    readonly at: number;
    readonly because?: WaitReason;
    readonly why?: RenewalReason;
  };
  /** The CA's suggestion (ARI), and the instant drawn from it. */
  readonly window?: {
    readonly start: number;
    readonly end: number;
    readonly renewAt: number;
    readonly explanationUrl?: string;
  };
  /** Of the attempts since the last certificate. */
  readonly failure?: {
    readonly at: number;
    readonly count: number;
    readonly sentence: string;
    readonly fix: string;
    readonly caWords?: string;
    /** Problem type or error code. */
    readonly type: string;
    readonly retryAt: number;
  };
  /** Trouble that is not of the CA: the folder, the clock. */
  readonly trouble?: { readonly sentence: string; readonly fix: string };
  /** Another process holds the lease and does the ordering. */
  readonly isFollower: boolean;
  /** How many more orders the CA's limits allow now, when they are known. */
  readonly ordersLeft?: number;
}

export interface StatusInput {
  readonly now: number;
  readonly names: readonly string[];
  readonly served: CertificatePair | undefined;
  readonly origin: GenerationOrigin | undefined;
  readonly step: Step | undefined;
  readonly news: RenewalNews | undefined;
  readonly coversAllNames: boolean;
  readonly trouble: { readonly sentence: string; readonly fix: string } | undefined;
  readonly isFollower: boolean;
}

export function buildStatus(input: StatusInput): CertificateStatus {
  const { served, origin, step, news, trouble } = input;
  const state = stateOf(input);
  const lastFailure = step?.history.lastFailure;
  return {
    names: input.names,
    state,
    isReady: state === "ok" || state === "expiring",
    ...(served && { certificate: describe(served, origin) }),
    ...(step && { next: nextOf(step, input.now) }),
    ...(news?.planned && {
      window: {
        ...news.planned,
        ...(news.explanationUrl !== undefined && { explanationUrl: news.explanationUrl }),
      },
    }),
    ...(lastFailure && { failure: failureOf(lastFailure, step.history.failures) }),
    ...(trouble && { trouble }),
    isFollower: input.isFollower,
    ...(step && Number.isFinite(step.limits.left) && { ordersLeft: step.limits.left }),
  };
}

function stateOf({ now, served, coversAllNames }: StatusInput): CertificateStatus["state"] {
  if (!served) return "missing";
  if (!isWithinDates(served, now)) return "expired";
  if (!coversAllNames) return "partial";
  const { notBefore, notAfter } = served.chain;
  return now >= notAfter - (notAfter - notBefore) / 20 ? "expiring" : "ok";
}

function describe(
  { chain }: CertificatePair,
  origin: GenerationOrigin | undefined,
): CertificateStatus["certificate"] & object {
  const { names, issuer, serialNumber, fingerprint256, notBefore, notAfter } = chain;
  return {
    names,
    issuer,
    serialNumber,
    fingerprint256,
    notBefore,
    notAfter,
    source: origin?.source ?? "user",
    ...(origin?.ca !== undefined && { ca: origin.ca }),
    ...(origin?.profile !== undefined && { profile: origin.profile }),
  };
}

function nextOf({ action }: Step, now: number): CertificateStatus["next"] & object {
  if (action.kind === "nothing") return { action: "nothing", at: action.until };
  const { why } = action;
  return action.kind === "renew"
    ? { action: "renew", at: now, why }
    : { action: "wait", at: action.until, because: action.because, why };
}

function failureOf(entry: LedgerEntry, count: number): CertificateStatus["failure"] & object {
  return {
    at: entry.at,
    count,
    sentence: entry.detail ?? "The last attempt failed.",
    fix: entry.fix ?? "See the log.",
    ...(entry.caWords !== undefined && { caWords: entry.caWords }),
    type: entry.type ?? "unknown",
    retryAt: entry.until ?? entry.at,
  };
}
