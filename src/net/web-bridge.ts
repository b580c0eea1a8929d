import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { WriteTurns } from "./write-turns.ts";

/**
 * The seam between sockets and everything above them. `peerAddress` is the IP address of the other
 * end of the socket, which is a proxy's where there is one; undefined when it has gone already.
 */
export type WebHandler = (request: Request, peerAddress?: string) => Response | Promise<Response>;

/** What is left of a request that was passed on. */
export interface Remainder {
  /** The whole body, when it has been read. */
  readonly body?: Uint8Array;
  /** Answers in place of the usual handler. */
  readonly handler: WebHandler;
}

/** Answers a request as Node gives it, or passes it on: one of the two, once. */
export type DirectHandler = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  pass: (incoming: IncomingMessage, outgoing: ServerResponse, remainder?: Remainder) => void,
) => void;

export interface WebBridgeOptions {
  readonly handler: WebHandler;
  /** Is shown every request first. Default: none, and all go to `handler`. */
  readonly direct?: DirectHandler | undefined;
  /** Scheme of the request URLs. */
  readonly scheme: "http" | "https";
  /** Told of what a handler or a response body threw; the client gets a 500, or is cut off. */
  readonly onError?: (error: unknown) => void;
}

/** Methods that a web `Request` cannot carry, or that this server has no use for. */
const FORBIDDEN_METHODS = new Set(["CONNECT", "TRACE", "TRACK"]);

/** Of all connections, as there is one event loop for all. */
const turns = new WriteTurns();

/**
 * Puts a web handler behind a `node:http` or `node:https` server. `request.signal` is aborted when
 * the client goes away; a body is written only as fast as the client takes it.
 */
export function createRequestListener(
  options: WebBridgeOptions,
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const { direct, onError } = options;
  const pass = (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    remainder: Remainder = options,
  ): void => {
    serve(incoming, outgoing, remainder, options).catch((error: unknown) => {
      if (!outgoing.destroyed) onError?.(error);
      outgoing.destroy();
    });
  };
  return direct ? (incoming, outgoing) => direct(incoming, outgoing, pass) : pass;
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { handler, body }: Remainder,
  options: WebBridgeOptions,
): Promise<void> {
  // A socket that dies between two writes is told here; its `close` is all that matters to us.
  outgoing.on("error", () => {});
  const leaving = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) leaving.abort(new Error("The client went away"));
  });
  const request = toRequest(incoming, options.scheme, leaving.signal, body);
  if (!request) {
    outgoing.writeHead(400, { "content-type": "text/plain", connection: "close" });
    outgoing.end("Bad request\n");
    return;
  }
  let response: Response;
  try {
    response = await handler(request, incoming.socket.remoteAddress);
  } catch (error) {
    if (!leaving.signal.aborted) options.onError?.(error);
    response = new Response("Internal error\n", { status: 500 });
  }
  await send(response, incoming, outgoing);
}

/**
 * The request as the web knows it, or undefined when its target or Host makes no URL. Only paths
 * are taken: a target with a host of its own (`GET http://other/ HTTP/1.1`) asks for a proxy.
 */
function toRequest(
  incoming: IncomingMessage,
  scheme: "http" | "https",
  signal: AbortSignal,
  read?: Uint8Array,
): Request | undefined {
  const { method = "GET", url: target = "", headers } = incoming;
  const host = headers.host ?? "";
  if (!target.startsWith("/") || /[^\w.:[\]-]/.test(host) || host === "") return undefined;
  const href = `${scheme}://${host}${target}`;
  if (FORBIDDEN_METHODS.has(method) || !URL.canParse(href)) return undefined;
  // Two Hosts are one for each of two readers (RFC 9112, section 3.2).
  if (incoming.headersDistinct["host"]?.length !== 1) return undefined;
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(href, {
    method,
    headers: toHeaders(incoming.rawHeaders),
    signal,
    ...(hasBody && { body: read ?? Readable.toWeb(incoming), duplex: "half" as const }),
  });
}

function toHeaders(rawHeaders: readonly string[]): Headers {
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    headers.append(rawHeaders[i] ?? "", rawHeaders[i + 1] ?? "");
  }
  return headers;
}

async function send(
  response: Response,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  if (outgoing.destroyed) {
    await response.body?.cancel();
    return;
  }
  // An unread rest of a body would be read as the next request, so the connection ends with it.
  if (!incoming.complete) outgoing.setHeader("connection", "close");
  for (const [name, value] of response.headers) {
    // `connection: keep-alive` is the server's to say; `close` may be asked for from above.
    if (name !== "connection") outgoing.appendHeader(name, value);
    else if (value === "close") outgoing.setHeader(name, value);
  }
  outgoing.writeHead(response.status);
  if (!response.body) {
    outgoing.end();
    return;
  }
  outgoing.flushHeaders();
  const reader = response.body.getReader();
  const cancel = (): void => {
    reader.cancel().catch(() => {});
  };
  outgoing.once("close", cancel);
  for (let isFirst = true; ; isFirst = false) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!isFirst) await turns.next();
    if (outgoing.destroyed) break;
    if (!outgoing.write(value)) await drained(outgoing);
  }
  outgoing.off("close", cancel);
  outgoing.end();
}

/** Settles when more may be written, or nothing any more. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      outgoing.off("drain", settle);
      outgoing.off("close", settle);
      resolve();
    };
    outgoing.on("drain", settle);
    outgoing.on("close", settle);
  });
}
