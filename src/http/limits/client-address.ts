import { ipFromBytes, ipToBytes } from "../../lib/ip-address.ts";

/** What is known of where a request comes from. */
export interface ClientOrigin {
  /** Address of the other end of the socket; undefined for a request that came over none. */
  readonly peerAddress: string | undefined;
  /** `X-Forwarded-For`, as it was sent. */
  readonly forwardedFor: string | null;
  /** Whether a proxy that is ours writes that header. */
  readonly trustProxy: boolean;
}

/**
 * The name under which a client is counted: its IPv4 address, or the /64 of its IPv6 address, of
 * which a single subscriber has all. An IPv4 address in IPv6 clothes (`::ffff:192.0.2.1`) is the
 * IPv4 address. Undefined when clients cannot be told apart: without a socket, and from this
 * computer itself, where a proxy that is not trusted may stand for everybody.
 *
 * With `trustProxy` it is the last address of `X-Forwarded-For`, the one that the proxy itself saw;
 * those before it are whatever the client wrote.
 */
export function clientOf({
  peerAddress,
  forwardedFor,
  trustProxy,
}: ClientOrigin): string | undefined {
  const forwarded = trustProxy ? withoutPort(forwardedFor?.split(",").at(-1)?.trim() ?? "") : "";
  const bytes = ipToBytes(forwarded) ?? ipToBytes((peerAddress ?? "").replace(/%.*$/, ""));
  if (!bytes) return undefined;
  const address = withoutMapping(bytes);
  if (isLoopback(address)) return undefined;
  if (address.length === 4) return ipFromBytes(address);
  const network = new Uint8Array(16);
  network.set(address.subarray(0, 8));
  return `${ipFromBytes(network)}/64`;
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  if (hop.startsWith("[")) return hop.slice(1, hop.indexOf("]"));
  return hop.includes(".") ? hop.replace(/:\d{1,5}$/, "") : hop;
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
