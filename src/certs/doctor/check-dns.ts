import { BlockList, isIPv6 } from "node:net";
import { systemCodeOf } from "../../lib/errors.ts";
import { type DoctorWorld, probe } from "./doctor-world.ts";
import { type Finding, good, problem, warning } from "./finding.ts";

export interface NameAddresses {
  readonly addresses: readonly string[];
  readonly findings: readonly Finding[];
}

const NOTHING_THERE = ["ENODATA", "ENOTFOUND"];

/** A and AAAA of a name, each by itself, and what is wrong with them. */
export async function checkDns(
  world: DoctorWorld,
  name: string,
  signal: AbortSignal,
): Promise<NameAddresses> {
  const { resolver, clock } = world;
  const [four, six] = await Promise.all([
    ask("A", () => probe(clock, signal, () => resolver.resolve4(name))),
    ask("AAAA", () => probe(clock, signal, () => resolver.resolve6(name))),
  ]);
  signal.throwIfAborted();
  const addresses = [...four.addresses, ...six.addresses];
  const failures = [four, six].flatMap(({ type, code }) =>
    code === undefined ? [] : [failed(name, type, code)],
  );
  if (addresses.length === 0 && failures.length === 0) {
    const fix = `Create an A (and AAAA) record for ${name} that holds this server's address.`;
    return { addresses, findings: [problem("dns", `${name} has no address in DNS.`, fix)] };
  }
  const hidden = addresses.filter(isNotPublic);
  const notPublic = hidden.map((address) =>
    warning(
      "dns",
      `${name} leads to ${address}, which cannot be reached from the internet.`,
      "Point the name at the public address, unless your CA is inside the same network.",
    ),
  );
  const told = addresses.length > 0 && hidden.length === 0;
  const fine = told ? [good("dns", `${name} leads to ${addresses.join(" and ")}.`)] : [];
  return { addresses, findings: [...failures, ...notPublic, ...fine] };
}

interface Asked {
  readonly type: "A" | "AAAA";
  readonly addresses: readonly string[];
  /** Why there was no answer. */
  readonly code?: string;
}

async function ask(type: Asked["type"], run: () => Promise<readonly string[]>): Promise<Asked> {
  try {
    return { type, addresses: await run() };
  } catch (error) {
    const code = systemCodeOf(error) ?? "ETIMEOUT";
    return NOTHING_THERE.includes(code) ? { type, addresses: [] } : { type, addresses: [], code };
  }
}

function failed(name: string, type: Asked["type"], code: string): Finding {
  if (code === "ESERVFAIL") {
    return problem(
      "dns",
      `DNS fails (SERVFAIL) when asked for the ${type} records of ${name}, and a CA takes that for a no.`,
      "Mend the zone: most often its DNSSEC signatures have expired, or a name server does not answer.",
    );
  }
  return warning(
    "dns",
    `DNS gave no answer for the ${type} records of ${name} (${code}).`,
    "Check the resolver of this computer and the name servers of the zone.",
  );
}

const NOT_PUBLIC = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const) {
  NOT_PUBLIC.addSubnet(net, bits, "ipv4");
}
for (const [net, bits] of [
  ["::", 127],
  ["fc00::", 7],
  ["fe80::", 10],
] as const) {
  NOT_PUBLIC.addSubnet(net, bits, "ipv6");
}

/** Private, loopback, link-local, carrier NAT (RFC 6890). */
export function isNotPublic(address: string): boolean {
  return NOT_PUBLIC.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
