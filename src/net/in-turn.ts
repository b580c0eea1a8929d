import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

/**
 * Calls `begin` when all answers before this one on its connection are written. Node hands over
 * pipelined requests at once and keeps what is written out of turn in memory, however much it is;
 * begun in turn, a connection costs one answer. A connection that closes first never begins.
 */
export function inTurn(response: ServerResponse, begin: () => void): void {
  if (response.socket) begin();
  else response.once("socket", begin);
}

/** The listener, called for the requests of a connection one after the other. */
export function listenInTurn(listener: RequestListener): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) =>
    inTurn(response, () => listener(request, response));
}
