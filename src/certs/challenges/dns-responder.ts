import { dns01Record } from "../../acme/challenge.ts";
import type { Clock } from "../../lib/clock.ts";
import type { ChallengeResponder } from "./challenge-responder.ts";
import { type DnsLookup, followCnames, waitForTxt } from "./dns-lookup.ts";
import type { DnsProvider } from "./dns-provider.ts";

export interface DnsResponderOptions {
  readonly provider: DnsProvider;
  readonly lookup: DnsLookup;
  readonly clock: Clock;
  /** How long to wait for all name servers to show the record. Default two minutes. */
  readonly propagationTimeoutMs?: number;
}

const PROPAGATION_TIMEOUT_MS = 120_000;

/** DNS-01 by somebody who can change the zone; the only one that can prove a wildcard. */
export function dnsResponder(options: DnsResponderOptions): ChallengeResponder {
  const { provider, lookup, clock } = options;
  const timeoutMs = options.propagationTimeoutMs ?? PROPAGATION_TIMEOUT_MS;
  return {
    type: "dns-01",
    canProve: ({ type }) => type === "dns",
    async place({ identifier, keyAuthorization }, signal) {
      const asked = dns01Record(identifier, keyAuthorization);
      const record = { name: await followCnames(lookup, asked.name), value: asked.value };
      const remove = async (): Promise<void> => {
        // A record that stays does no harm, and the order must not fail for it.
        await provider.cleanup(record, AbortSignal.timeout(timeoutMs)).catch(() => undefined);
      };
      await provider.present(record, signal);
      try {
        const propagation = await waitForTxt(lookup, { ...record, clock, timeoutMs, signal });
        const doubt = `the name servers of ${record.name} do not all show the new TXT record yet`;
        return { ...(propagation === "unseen" ? { doubt } : {}), remove };
      } catch (error) {
        await remove();
        throw error;
      }
    },
  };
}
