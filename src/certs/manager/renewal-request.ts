import { certificateFileName } from "../generations/file-name.ts";
import { isRecord, parseJson } from "../parse-json.ts";
import { loadText, type Storage } from "../storage.ts";

/** What somebody else asks of the process that keeps the certificate. */
export interface RenewalRequest {
  /** Order although nothing is due and our own schedule would wait. */
  readonly isForced: boolean;
}

/** Storage key of the request for the certificate of these names. */
export function renewalRequestKey(names: readonly string[]): string {
  return `.docport/renew.${certificateFileName(names[0] ?? "")}.json`;
}

/** Leaves a request for whoever keeps the certificate of these names; a later one replaces it. */
export async function leaveRenewalRequest(
  storage: Storage,
  names: readonly string[],
  { isForced }: RenewalRequest,
): Promise<void> {
  await storage.store(renewalRequestKey(names), `${JSON.stringify({ force: isForced })}\n`);
}

/** The request that was left, if one was. What is no request is one for a look. */
export async function readRenewalRequest(
  storage: Storage,
  names: readonly string[],
): Promise<RenewalRequest | undefined> {
  const text = await loadText(storage, renewalRequestKey(names));
  if (text === undefined) return undefined;
  const value = parseJson(text);
  return { isForced: isRecord(value) && value["force"] === true };
}
