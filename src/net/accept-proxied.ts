import type { Server } from "node:http";
import type { Server as SecureServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { clientNetwork } from "../lib/client-network.ts";
import { endsOf } from "./ends-of.ts";
import { type ProxiedClient, readProxyHeader } from "./proxy-header.ts";

/**
 * Has a load balancer in TCP mode say in the PROXY protocol whose each connection is, before
 * anything else is done with it: from then on the socket has the client's address and port. A
 * connection without a header is closed, except from this computer itself, where the server looks
 * at what it shows.
 *
 * Call it last, so that it comes before what others have made of the server's connections.
 */
export function acceptProxied(server: Server | SecureServer, waitMs: number): void {
  /** Clients of the connections that are open, by the ends that a TLS socket sees. */
  const clients = new Map<string, ProxiedClient>();
  const serve = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    const ends = endsOf(socket);
    awaitHeader(socket, waitMs, (client) => {
      if (client) {
        clients.set(ends, client);
        // The next connection may have the same ends before this is told.
        socket.once("close", () => clients.get(ends) === client && clients.delete(ends));
        belongTo(socket, client);
      }
      for (const listener of serve) listener.call(server, socket);
    });
  });
  // A TLS socket asks the system whose it is, and not the socket below.
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    const client = clients.get(endsOf(socket));
    if (client) belongTo(socket, client);
  });
}

function belongTo(socket: Socket, { address, port }: ProxiedClient): void {
  Object.defineProperties(socket, {
    remoteAddress: { value: address },
    remotePort: { value: port },
  });
}

/** Takes the header from the socket, and leaves what comes after it for whoever reads it. */
function awaitHeader(
  socket: Socket,
  waitMs: number,
  onHeader: (client: ProxiedClient | undefined) => void,
): void {
  let bytes: Buffer = Buffer.alloc(0);
  const stop = (): void => void socket.destroy();
  const read = (): void => {
    const piece: unknown = socket.read();
    if (!Buffer.isBuffer(piece)) return;
    bytes = Buffer.concat([bytes, piece]);
    const header = readProxyHeader(bytes);
    if (header.kind === "partial") return;
    const isOwn = clientNetwork(socket.remoteAddress ?? "") === undefined;
    if (header.kind === "broken" || (header.kind === "absent" && !isOwn)) {
      stop();
      return;
    }
    socket.setTimeout(0);
    socket.off("timeout", stop).off("readable", read).off("end", stop).off("error", stop);
    const rest = header.kind === "header" ? bytes.subarray(header.length) : bytes;
    if (rest.length > 0) socket.unshift(rest);
    onHeader(header.kind === "header" ? header.client : undefined);
  };
  socket.setTimeout(waitMs, stop);
  // A reset while it waits is nobody's error.
  socket.on("error", stop);
  socket.on("end", stop);
  socket.on("readable", read);
}
