import type { Server } from "node:http";
import type { Server as SecureServer } from "node:https";
import type { Socket } from "node:net";
import { clientNetwork } from "../lib/client-network.ts";
import type { Clock } from "../lib/clock.ts";
import { UseCounts } from "../lib/use-counts.ts";
import type { ConnectionBudget } from "./connection-budget.ts";

/** Refused connections that may still be reading why, besides those that are served. */
const MAX_REFUSALS = 64;
/** How long a refused client may take to read why. */
const REFUSAL_LINGER_MS = 1_000;
/** Idle connections are ended to make room from this share of the budget on, */
const CROWDED_SHARE = 7 / 8;
/** and no more often than this, since looking for them takes time. */
const MAKE_ROOM_INTERVAL_MS = 1_000;

const refusal = (status: string, retryInSeconds: number): string =>
  `HTTP/1.1 ${status}\r\nRetry-After: ${retryInSeconds}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
const TOO_MANY_OF_CLIENT = refusal("429 Too Many Requests", 30);
const TOO_MANY = refusal("503 Service Unavailable", 5);

/**
 * Holds the connections of a server, and of each client, to a budget. Of one that is too many
 * nothing is read: over plain HTTP it gets constant bytes that say why, over TLS, where saying
 * anything would take a handshake, it is closed. When the budget is nearly used up, connections that
 * wait for a next request are ended first, as their clients open new ones without a word.
 */
export function guardConnections(
  server: Server | SecureServer,
  budget: ConnectionBudget,
  { clock, isSecure }: { readonly clock: Clock; readonly isSecure: boolean },
): void {
  const ofClients = new UseCounts(budget.maxConnectionsPerClient);
  let open = 0;
  let madeRoomAt = Number.NEGATIVE_INFINITY;

  const makeRoom = (): void => {
    const now = clock.now();
    if (now - madeRoomAt >= 0 && now - madeRoomAt < MAKE_ROOM_INTERVAL_MS) return;
    madeRoomAt = now;
    server.closeIdleConnections();
  };

  /** Counts the connection in; undefined, or the answer to one that is too many. */
  const admit = (socket: Socket): string | undefined => {
    if (open >= budget.maxConnections * CROWDED_SHARE) makeRoom();
    if (open >= budget.maxConnections) return TOO_MANY;
    const client = clientNetwork(socket.remoteAddress ?? "");
    const close = client === undefined ? () => {} : ofClients.open(client);
    if (!close) return TOO_MANY_OF_CLIENT;
    open += 1;
    socket.once("close", () => {
      open -= 1;
      close();
    });
    return undefined;
  };

  // Before Node's own listener, so that nothing is made ready for what is refused.
  const serve = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    const answer = admit(socket);
    if (answer === undefined) for (const listener of serve) listener.call(server, socket);
    else if (isSecure) socket.destroy();
    else refuse(socket, answer, clock);
  });
  // What even the refusals have no room for is closed by Node as it is accepted.
  server.maxConnections = budget.maxConnections + MAX_REFUSALS;
}

function refuse(socket: Socket, answer: string, clock: Clock): void {
  const closed = new AbortController();
  socket.once("close", () => closed.abort());
  socket.on("error", () => {});
  // What is left unread at the end would reset the connection, and the answer with it.
  socket.resume();
  socket.end(answer);
  clock.sleep(REFUSAL_LINGER_MS, closed.signal).then(
    () => socket.destroy(),
    () => {},
  );
}
