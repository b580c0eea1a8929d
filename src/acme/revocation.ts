import { X509Certificate } from "node:crypto";

/** Reasons of RFC 5280 §5.3.1 that CAs take from subscribers, by their number. */
const REASON_CODES = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
} as const;

export type RevocationReason = keyof typeof REASON_CODES;

export const REVOCATION_REASONS: readonly RevocationReason[] = [
  "unspecified",
  "keyCompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
];

/** The payload of revokeCert (RFC 8555 §7.6) for the first certificate of a PEM. */
export function revocationPayload(pem: string, reason?: RevocationReason): object {
  const certificate = new X509Certificate(pem).raw.toString("base64url");
  return reason === undefined ? { certificate } : { certificate, reason: REASON_CODES[reason] };
}
