import { ipFromBytes, ipToBytes } from "./ip-address.ts";

/**
 * The name under which whoever is at an IP address is counted: the IPv4 address, or the /64 of the
 * IPv6 address, of which a single subscriber has all. An IPv4 address in IPv6 clothes
 * (`::ffff:192.0.2.1`) is the IPv4 address. Undefined for what is no address, and for loopback,
 * where a proxy on this computer may stand for everybody.
 */
export function clientNetwork(address: string): string | undefined {
  const bytes = ipToBytes(address.split("%", 1)[0] ?? "");
  if (!bytes) return undefined;
  const unmapped = withoutMapping(bytes);
  if (isLoopback(unmapped)) return undefined;
  if (unmapped.length === 4) return ipFromBytes(unmapped);
  const network = new Uint8Array(16);
  network.set(unmapped.subarray(0, 8));
  return `${ipFromBytes(network)}/64`;
}

/** `::ffff:0:0/96` (RFC 4291, section 2.5.5.2). */
function withoutMapping(bytes: Uint8Array): Uint8Array {
  const isMapped =
    bytes.length === 16 &&
    bytes.subarray(0, 10).every((byte) => byte === 0) &&
    bytes[10] === 0xff &&
    bytes[11] === 0xff;
  return isMapped ? bytes.subarray(12) : bytes;
}

function isLoopback(bytes: Uint8Array): boolean {
  if (bytes.length === 4) return bytes[0] === 127;
  return bytes.subarray(0, 15).every((byte) => byte === 0) && bytes[15] === 1;
}
