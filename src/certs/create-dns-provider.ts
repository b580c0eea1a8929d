import type { Clock } from "../lib/clock.ts";
import { dnsHook } from "./challenges/dns-hook.ts";
import type { DnsProvider } from "./challenges/dns-provider.ts";
import { dnsUpdate } from "./challenges/dns-update.ts";

/** A program, or a name server with all that it takes; whatever is not used is undefined. */
export interface DnsProviderOptions {
  readonly dnsHook: string | undefined;
  /** `ns1.example.com`, `192.0.2.1:5353`, `[2001:db8::1]:53`. */
  readonly dnsServer: string | undefined;
  readonly dnsZone: string | undefined;
  readonly dnsKeyName: string | undefined;
  /** In Base64. */
  readonly dnsKey: string | undefined;
}

/** Whoever can change DNS for us, if anybody can. */
export function createDnsProvider(
  options: DnsProviderOptions,
  clock: Clock,
): DnsProvider | undefined {
  const { dnsServer, dnsZone: zone, dnsKeyName: name, dnsKey } = options;
  if (options.dnsHook !== undefined) return dnsHook(options.dnsHook);
  if (!dnsServer || !zone || !name || !dnsKey) return undefined;
  const { hostname, port } = new URL(`tcp://${dnsServer}`);
  return dnsUpdate({
    server: hostname.replace(/^\[(.*)\]$/, "$1"),
    ...(port === "" ? {} : { port: Number(port) }),
    zone,
    key: { name, secret: Buffer.from(dnsKey, "base64") },
    clock,
  });
}
