import { isIP } from "node:net";
import { clientNetwork } from "../../lib/client-network.ts";

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
 * The name under which a client is counted: see `clientNetwork`. Undefined when clients cannot be
 * told apart: without a socket, and from this computer itself.
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
  return clientNetwork(isIP(forwarded) === 0 ? (peerAddress ?? "") : forwarded);
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  if (hop.startsWith("[")) return hop.slice(1, hop.indexOf("]"));
  return hop.includes(".") ? hop.replace(/:\d{1,5}$/, "") : hop;
}
