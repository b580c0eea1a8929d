import { domainToASCII } from "node:url";
import { canonicalIp, reverseName } from "../lib/ip-address.ts";

/** What a certificate is for: a DNS name (RFC 8555 §9.7.7) or an IP address (RFC 8738 §3). */
export interface Identifier {
  readonly type: "dns" | "ip";
  /** A-labels in lower case, with a leading "*." for a wildcard; or the canonical address. */
  readonly value: string;
}

const DNS_NAME =
  /^(?=.{1,253}$)(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The identifier that a person means by `name`: an IP address, or a DNS name in any case, with
 * U-labels or a final dot. TypeError when no certificate can be for it.
 */
export function identifierOf(name: string): Identifier {
  const address = canonicalIp(name);
  if (address !== undefined) return { type: "ip", value: address };
  const wildcard = name.startsWith("*.") ? "*." : "";
  const value = wildcard + toAscii(name.slice(wildcard.length).replace(/\.$/, ""));
  if (!DNS_NAME.test(value)) {
    throw new TypeError(`identifier: a DNS name or an IP address is expected, got "${name}"`);
  }
  return { type: "dns", value };
}

/** A-labels in lower case; "" when it is no name. */
function toAscii(name: string): string {
  // The function below stops at what ends a host in an URL, and takes "1.2" for an address.
  if (/[\s/\\?#@:%]/.test(name)) return "";
  const ascii = domainToASCII(name).toLowerCase();
  return canonicalIp(ascii) === undefined ? ascii : "";
}

export function isWildcard(identifier: Identifier): boolean {
  return identifier.type === "dns" && identifier.value.startsWith("*.");
}

/** Whether two lists name the same set, in any order. */
export function isSameIdentifiers(a: readonly Identifier[], b: readonly Identifier[]): boolean {
  const keys = (list: readonly Identifier[]): Set<string> =>
    new Set(list.map(({ type, value }) => `${type} ${value}`));
  const [first, second] = [keys(a), keys(b)];
  return first.size === second.size && [...first].every((key) => second.has(key));
}

/**
 * The server name that a CA sends when it validates by TLS-ALPN-01: the name itself, or the reverse
 * name of an address (RFC 8737 §3, RFC 8738 §6).
 */
export function tlsAlpnServerName(identifier: Identifier): string {
  return identifier.type === "ip" ? reverseName(identifier.value) : identifier.value;
}
