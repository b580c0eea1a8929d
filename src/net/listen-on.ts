import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { listenError } from "./listen-error.ts";

/** Opens a listener and gives the port that it got. Throws `DocportError` `ERR_LISTEN_*`. */
export async function listenOn(server: Server, host: string, port: number): Promise<number> {
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (error) {
    throw listenError(error, host, port);
  }
  // Once it listens an error (EMFILE on accept) is not its end: without a listener it would be ours.
  server.on("error", () => {});
  return addressOf(server).port;
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP server");
  return address;
}

/** An address that is "every interface" or a loopback is `localhost` to a person. */
export function displayHost(host: string): string {
  if (["0.0.0.0", "::", "127.0.0.1", "::1"].includes(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

/** Where this computer reaches a listener that is bound to `host`. */
export function loopbackOf(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}
