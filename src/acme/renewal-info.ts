import { DocportError } from "../lib/errors.ts";
import { type AcmeReply, jsonOf } from "./reply.ts";

/** When the CA would like a certificate to be renewed (RFC 9773 §4.2). */
export interface RenewalInfo {
  /** Epoch milliseconds; `end` is after `start`. Both may be in the past: then it is urgent. */
  readonly suggestedWindow: { readonly start: number; readonly end: number };
  /** Why, for a person; only there when the CA has something to say. */
  readonly explanationUrl: string | undefined;
  /** When to ask again: from one minute to one day; six hours when the CA does not say. */
  readonly retryAfterMs: number;
}

const DEFAULT_RETRY_AFTER_MS = 6 * 3_600_000;
const MIN_RETRY_AFTER_MS = 60_000;
const MAX_RETRY_AFTER_MS = 86_400_000;

export function readRenewalInfo(reply: AcmeReply): RenewalInfo {
  const fields = jsonOf(reply, "renewalInfo");
  const window = fields.object("suggestedWindow");
  const suggestedWindow = { start: window.time("start"), end: window.time("end") };
  if (suggestedWindow.end <= suggestedWindow.start) {
    // RFC 9773 §4.2: as if there had been no reply at all.
    throw new DocportError("ERR_ACME_PROTOCOL", "The CA's renewal window ends before it starts", {
      hint: "Nothing needs to be done: renewal goes by the certificate's dates.",
    });
  }
  const asked = reply.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS;
  return {
    suggestedWindow,
    explanationUrl: fields.optionalString("explanationURL"),
    // RFC 9773 §4.3.2: reasonable limits are the client's to set.
    retryAfterMs: Math.min(MAX_RETRY_AFTER_MS, Math.max(MIN_RETRY_AFTER_MS, asked)),
  };
}

/** Where the renewal information of a certificate is (RFC 9773 §4.1). */
export function renewalInfoUrl(base: string, certificateId: string): string {
  if (!/^[\w-]{1,512}\.[\w-]{1,512}$/.test(certificateId)) {
    throw new TypeError(
      `renewalInfo: an ARI certificate identifier is expected, got "${certificateId}"`,
    );
  }
  return `${base.replace(/\/$/, "")}/${certificateId}`;
}
