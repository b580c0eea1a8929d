import { once } from "node:events";
import type { Server } from "node:net";
import { DocportError } from "../lib/errors.ts";
import { listenError } from "./listen-error.ts";

/** The kernel's own bound (net.core.somaxconn) on systems of today. */
const INHERITED_BACKLOG = 4_096;

/** What to listen on. */
export interface ListenTarget {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** A TCP socket that somebody else has bound, by its descriptor, in place of host and port. */
  readonly inheritedFd?: number | undefined;
}

/**
 * Opens a listener and gives where it is: the host as it was named, or the address that an inherited
 * socket is bound to. Throws `DocportError` `ERR_LISTEN_*`.
 */
export async function listenOn(
  server: Server,
  { host, port, inheritedFd }: ListenTarget,
): Promise<{ readonly host: string; readonly port: number }> {
  try {
    server.listen(
      // Listening again would cut the queue, where clients wait over a restart, to Node's 511.
      inheritedFd === undefined ? { host, port } : { fd: inheritedFd, backlog: INHERITED_BACKLOG },
    );
    await once(server, "listening");
  } catch (error) {
    throw inheritedFd === undefined
      ? listenError(error, host, port)
      : unusableSocket(inheritedFd, error);
  }
  // Once it listens an error (EMFILE on accept) is not its end: without a listener it would be ours.
  server.on("error", () => {});
  const address = server.address();
  if (address === null || typeof address === "string") {
    server.close();
    throw unusableSocket(inheritedFd);
  }
  return { host: inheritedFd === undefined ? host : address.address, port: address.port };
}

function unusableSocket(fd: number | undefined, cause?: unknown): DocportError {
  return new DocportError(
    "ERR_LISTEN_INHERITED",
    `The socket ${fd} that was handed over is no TCP socket to listen on`,
    { cause, hint: "Give the socket unit ListenStream= with a port, and no Accept=yes." },
  );
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
