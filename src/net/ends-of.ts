import type { Socket } from "node:net";

/** Which connection it is: what a TLS socket says of itself is said of the one below it, too. */
export function endsOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
