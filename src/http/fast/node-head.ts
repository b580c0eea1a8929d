import type { IncomingMessage } from "node:http";
import type { RequestHead } from "../request-head.ts";

/** A request of Node's as the checks read it. */
export class NodeHead implements RequestHead {
  readonly method: string;
  readonly headers: Pick<Headers, "get">;

  constructor({ method = "GET", headers }: IncomingMessage) {
    this.method = method;
    this.headers = {
      get(name) {
        const value = headers[name];
        return typeof value === "string" ? value : null;
      },
    };
  }
}

/**
 * Whether no header was sent twice: Node keeps one of some, and a web `Headers` both. Then the two
 * say the same of each.
 */
export function hasDistinctHeaders({ rawHeaders, headers }: IncomingMessage): boolean {
  return Object.keys(headers).length * 2 === rawHeaders.length;
}
