import { type OrderInFlight, orderInFlight } from "../ledger/attempt-history.ts";
import type { AttemptOptions } from "./attempt.ts";
import type { CurrentCertificate } from "./current-certificate.ts";

export type FinishedOrderOptions = Pick<AttemptOptions, "ledger" | "storage" | "set" | "keyKey">;

/** An order whose certificate is in use already: the process was killed before it said so. */
export function finishedOrder(
  { ledger, set }: FinishedOrderOptions,
  { origin }: CurrentCertificate,
): OrderInFlight | undefined {
  const order = orderInFlight(ledger.entries, set);
  return order && origin?.orderUrl === order.url ? order : undefined;
}

/** Says so in its place. Under the lease. */
export async function closeFinishedOrder(
  options: FinishedOrderOptions,
  current: CurrentCertificate,
): Promise<void> {
  const order = finishedOrder(options, current);
  const chain = current.pair?.chain;
  if (!order || !chain) return;
  const { storage, ledger, set, keyKey } = options;
  const { serialNumber, notAfter } = chain;
  const { ca, url } = order;
  await storage.delete(keyKey);
  await ledger.append(set, { kind: "issued", ca, url, serialNumber, notAfter });
}
