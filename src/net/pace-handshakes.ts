import type { Server } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { clientNetwork } from "../lib/client-network.ts";
import { endsOf } from "./ends-of.ts";

export interface HandshakePace {
  /** How long a client may take to begin, and to wait for its turn. */
  readonly waitForHelloMs: number;
  /** Most handshakes that are begun and not finished. Default 1,024. */
  readonly maxUnfinished?: number;
  /** And of one client (see `clientNetwork`); not of this computer. Default 32. */
  readonly maxUnfinishedPerClient?: number;
}

const MAX_UNFINISHED = 1_024;
const MAX_UNFINISHED_PER_CLIENT = 32;

/** Whoever is behind one address, and what of theirs waits. */
interface Client {
  readonly name: string;
  readonly max: number;
  readonly waiting: Socket[];
  unfinished: number;
}

/**
 * Begins at most one handshake in each turn of the event loop, clients in turn, so that a flood of
 * them leaves connected clients served and no address takes the turns of the others. The costly part
 * of a handshake is done in one go when the client's first bytes are there, so these are waited for;
 * until then a connection costs no TLS state. A handshake that does not end makes room for others
 * when there are too many: the one that has not ended for longest is closed.
 */
export function paceHandshakes(server: Server, pace: HandshakePace): void {
  const { maxUnfinished = MAX_UNFINISHED } = pace;
  const { maxUnfinishedPerClient = MAX_UNFINISHED_PER_CLIENT } = pace;
  const clients = new Map<string, Client>();
  /** Clients that have a connection to begin, in the order of their turns. */
  const ready = new Set<Client>();
  /** By both ends of the connection, the longest unfinished first. */
  const unfinished = new Map<string, { readonly socket: Socket; readonly end: () => void }>();
  let isScheduled = false;
  const serve = server.listeners("connection");

  const clientOf = (socket: Socket): Client => {
    const network = clientNetwork(socket.remoteAddress ?? "");
    const name = network ?? "";
    const known = clients.get(name);
    if (known) return known;
    const max = network === undefined ? Number.POSITIVE_INFINITY : maxUnfinishedPerClient;
    const client = { name, max, waiting: [], unfinished: 0 };
    clients.set(name, client);
    return client;
  };

  /** Takes the client's next turn, where it has something to begin, and forgets it when all is done. */
  const queue = (client: Client): void => {
    const mayBegin = client.waiting.length > 0 && client.unfinished < client.max;
    if (mayBegin) ready.add(client);
    else if (client.waiting.length === 0 && client.unfinished === 0) clients.delete(client.name);
    if (ready.size === 0 || isScheduled) return;
    isScheduled = true;
    setImmediate(beginNext);
  };

  const beginNext = (): void => {
    isScheduled = false;
    const [client] = ready;
    if (!client) return;
    ready.delete(client);
    const socket = client.waiting.shift();
    if (socket && !socket.destroyed) begin(socket, client);
    queue(client);
  };

  const begin = (socket: Socket, client: Client): void => {
    if (unfinished.size >= maxUnfinished) {
      const [oldest] = unfinished.values();
      oldest?.socket.destroy();
      oldest?.end();
    }
    const id = endsOf(socket);
    let isEnded = false;
    const end = (): void => {
      if (isEnded) return;
      isEnded = true;
      if (unfinished.get(id)?.end === end) unfinished.delete(id);
      client.unfinished -= 1;
      queue(client);
    };
    client.unfinished += 1;
    unfinished.set(id, { socket, end });
    socket.once("close", end);
    // From here on Node's own time-out of a handshake holds.
    socket.setTimeout(0);
    socket.removeAllListeners("timeout");
    for (const listener of serve) listener.call(server, socket);
  };

  server.on("secureConnection", (socket: TLSSocket) => unfinished.get(endsOf(socket))?.end());
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    awaitHello(socket, pace.waitForHelloMs, () => {
      const client = clientOf(socket);
      client.waiting.push(socket);
      queue(client);
    });
  });
}

/** Calls back when the first bytes are there; they are left for whoever reads them. */
function awaitHello(socket: Socket, timeoutMs: number, onHello: () => void): void {
  const stop = (): void => void socket.destroy();
  socket.setTimeout(timeoutMs, stop);
  // A reset while it waits is nobody's error.
  socket.on("error", stop);
  socket.once("readable", () => {
    if (socket.readableLength === 0) stop();
    else onHello();
  });
}
