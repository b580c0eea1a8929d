import { BlockList, isIP } from "node:net";
import { ipFromBytes, ipToBytes } from "../../lib/ip-address.ts";

/** What is not for the whole internet (IANA special-purpose registries, RFC 6890). */
const SPECIAL_V4 = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  SPECIAL_V4.addSubnet(network, prefix);
}

/** Within 2000::/3, which is all that is assigned: protocols, documentation, and 6to4 of any IPv4. */
const SPECIAL_V6 = new BlockList();
SPECIAL_V6.addSubnet("2001::", 23, "ipv6");
SPECIAL_V6.addSubnet("2001:db8::", 32, "ipv6");
SPECIAL_V6.addSubnet("2002::", 16, "ipv6");
SPECIAL_V6.addSubnet("3fff::", 20, "ipv6");
const GLOBAL_V6 = new BlockList();
GLOBAL_V6.addSubnet("2000::", 3, "ipv6");

/** Whether an address is one of the public internet; false for whatever is no address. */
export function isPublicAddress(address: string): boolean {
  const bytes = ipToBytes(address);
  if (bytes === undefined) return false;
  if (bytes.length === 4) return !SPECIAL_V4.check(address);
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff;
  if (isMapped) return !SPECIAL_V4.check(ipFromBytes(bytes.subarray(12)));
  return GLOBAL_V6.check(address, "ipv6") && !SPECIAL_V6.check(address, "ipv6");
}

/** Names that never lead to the public internet (RFC 6761, 6762, 8375; `internal` by ICANN). */
const PRIVATE_NAMES = /(?:^|\.)(?:localhost|local|internal|test|home\.arpa)$/;

/**
 * Whether a URL's host says by itself that it is not on the public internet: a private address, a
 * name of one label, or one under a name that is kept for private use.
 */
export function namesPrivateHost(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return !host.includes(".") || PRIVATE_NAMES.test(host);
}
