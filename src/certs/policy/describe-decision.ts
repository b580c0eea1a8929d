import type { RenewalReason, WaitReason } from "./decide.ts";

const REASONS: Readonly<Record<RenewalReason, string>> = {
  missing: "there is none",
  revoked: "it was revoked",
  "names-changed": "the names have changed",
  "ca-changed": "the CA has changed",
  expired: "it has expired",
  ari: "the CA asks for it",
  lifetime: "its time has come",
  emergency: "hardly any of its life is left",
  forced: "somebody asked for it",
};

const WAITS: Readonly<Record<WaitReason, string>> = {
  retry: "the last attempt failed and the next one waits until then",
  "rate-limit": "the CA's limits are used up until then",
  clock: "the clock of this computer cannot be trusted",
};

/** Why a certificate is due, in words that follow "because". */
export function describeReason(why: RenewalReason): string {
  return REASONS[why];
}

/** Why nothing is asked of the CA although a certificate is due, in words that follow "but". */
export function describeWait(because: WaitReason): string {
  return WAITS[because];
}
