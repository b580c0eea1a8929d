import { Resolver } from "node:dns/promises";
import type { Clock } from "../../lib/clock.ts";
import { systemCodeOf } from "../../lib/errors.ts";

/** The questions we ask of DNS. A name without such records answers an empty list. */
export interface DnsLookup {
  cnames(name: string): Promise<readonly string[]>;
  nameServers(zone: string): Promise<readonly string[]>;
  /** IPv4 and IPv6. */
  addresses(host: string): Promise<readonly string[]>;
  /** The TXT values, each joined from its parts, that the server at `address` gives. */
  textsAt(address: string, name: string): Promise<readonly string[]>;
}

const TIMEOUT_MS = 3_000;
const NOTHING_THERE = ["ENOTFOUND", "ENODATA", "NXDOMAIN"];

/** Asks the system's resolvers, and name servers directly where it says so. */
export function systemDnsLookup(): DnsLookup {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  return {
    cnames: (name) => orNone(resolver.resolveCname(name)),
    nameServers: (zone) => orNone(resolver.resolveNs(zone)),
    async addresses(host) {
      const [four, six] = await Promise.all([
        orNone(resolver.resolve4(host)),
        orNone(resolver.resolve6(host)),
      ]);
      return [...four, ...six];
    },
    async textsAt(address, name) {
      const direct = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
      direct.setServers([address]);
      const records = await orNone(direct.resolveTxt(name));
      return records.map((parts) => parts.join(""));
    },
  };
}

async function orNone<T>(answer: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await answer;
  } catch (error) {
    if (NOTHING_THERE.includes(systemCodeOf(error) ?? "")) return [];
    throw error;
  }
}

const MAX_CNAMES = 8;

/**
 * Where a CA ends up when it asks for `name`: DNS-01 may be delegated by CNAME to a zone that is
 * made for it. A chain that cannot be followed is taken as far as it goes.
 */
export async function followCnames(lookup: DnsLookup, name: string): Promise<string> {
  let current = name;
  for (let i = 0; i < MAX_CNAMES; i++) {
    const [target] = await lookup.cnames(current).catch(() => []);
    if (target === undefined) break;
    current = target.replace(/\.$/, "").toLowerCase();
  }
  return current;
}

export interface PropagationQuery {
  readonly name: string;
  readonly value: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** `unknown`: no authoritative server could be asked from here. */
export type Propagation = "seen" | "unseen" | "unknown";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Waits until every authoritative server that answers us shows the value: those are the ones that
 * the CA's resolver asks, and one of them may be behind the others.
 */
export async function waitForTxt(
  lookup: DnsLookup,
  { name, value, clock, timeoutMs, signal }: PropagationQuery,
): Promise<Propagation> {
  const servers = await authoritativeServers(lookup, name);
  const end = clock.now() + timeoutMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    const answers = await Promise.all(
      servers.map((server) => lookup.textsAt(server, name).catch(() => undefined)),
    );
    const heard = answers.filter((answer) => answer !== undefined);
    if (heard.length > 0 && heard.every((texts) => texts.includes(value))) return "seen";
    if (clock.now() + pause > end) return heard.length === 0 ? "unknown" : "unseen";
    // Nobody to ask is no reason to wait: port 53 may be closed for us.
    if (heard.length === 0 && pause >= 8 * FIRST_PAUSE_MS) return "unknown";
    await clock.sleep(pause, signal);
  }
}

/** Addresses of the servers of the zone that `name` is in. */
async function authoritativeServers(lookup: DnsLookup, name: string): Promise<readonly string[]> {
  const labels = name.split(".");
  for (let i = 0; i < labels.length - 1; i++) {
    const hosts = await lookup.nameServers(labels.slice(i).join(".")).catch(() => []);
    if (hosts.length === 0) continue;
    const found = await Promise.all(hosts.map((host) => lookup.addresses(host).catch(() => [])));
    return found.flat();
  }
  return [];
}
