import { once } from "node:events";
import type { Server, ServerResponse } from "node:http";
import type { Server as SecureServer } from "node:https";
import type { Clock } from "../lib/clock.ts";
import { inTurn } from "./in-turn.ts";

/** A shutdown that drops nothing. */
export interface GracefulClose {
  /**
   * Ends each connection with its next answer, and goes on listening: for the time that a load
   * balancer needs to see that it should send no more.
   */
  drain(): void;
  /**
   * Stops listening, ends each connection with the answer that runs on it, and cuts what is left
   * after `graceMs` milliseconds. Resolves when every socket is closed; called again, it waits for
   * the same end.
   */
  close(graceMs: number): Promise<void>;
}

/** Prepares a server for its end, before it has a connection. */
export function prepareGracefulClose(server: Server | SecureServer, clock: Clock): GracefulClose {
  let isDraining = false;
  // Slots, and not a set: a set that much is put into and taken from leaves its outgrown tables behind,
  // which hold answers that are long gone until the next full collection of garbage.
  const running: (ServerResponse | undefined)[] = [];
  const freeSlots: number[] = [];
  let closing: Promise<void> | undefined;
  const begin = (response: ServerResponse): void => {
    const slot = freeSlots.pop() ?? running.length;
    running[slot] = response;
    if (isDraining) response.setHeader("connection", "close");
    response.once("close", () => {
      running[slot] = undefined;
      freeSlots.push(slot);
      // Node closes idle connections once, when close() is called. One whose headers had said
      // keep-alive by then becomes idle only now, and would hold the server for the whole grace.
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
  };
  // Only an answer whose turn has come is sure to close, and so to be let go here.
  server.prependListener("request", (_request: unknown, response: ServerResponse) => {
    inTurn(response, () => begin(response));
  });
  return {
    drain() {
      isDraining = true;
    },
    close(graceMs) {
      closing ??= close(graceMs);
      return closing;
    },
  };

  async function close(graceMs: number): Promise<void> {
    isDraining = true;
    const closed = once(server, "close");
    server.close();
    for (const response of running) {
      if (response?.headersSent === false) response.setHeader("connection", "close");
    }
    const waiting = new AbortController();
    const cut = clock.sleep(graceMs, waiting.signal).then(
      () => server.closeAllConnections(),
      () => {},
    );
    await closed;
    waiting.abort();
    await cut;
  }
}
