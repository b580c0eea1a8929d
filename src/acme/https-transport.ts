import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import type { AcmeRequest, AcmeResponse, AcmeTransport } from "./transport.ts";

export interface HttpsTransportOptions {
  /** PEM with the roots that alone are trusted for the CA's API. Default: those of Node. */
  readonly roots?: string;
}

/** How long a connection waits for its next request. An order's requests come faster than this. */
const IDLE_MS = 15_000;

/**
 * The transport over TLS of Node itself: connections are kept for the length of an order and never
 * keep the process alive.
 */
export function createHttpsTransport(options: HttpsTransportOptions = {}): AcmeTransport {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 4,
    timeout: IDLE_MS,
    ...(options.roots === undefined ? {} : { ca: options.roots }),
  });
  return (request) => exchange(agent, request);
}

function exchange(agent: Agent, request: AcmeRequest): Promise<AcmeResponse> {
  const { method, url, headers, body, signal, maxBodyBytes } = request;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(signal.aborted ? signal.reason : error);
      outgoing.destroy();
    };
    const length = body === undefined ? {} : { "content-length": `${Buffer.byteLength(body)}` };
    const outgoing = httpsRequest(url, {
      method,
      agent,
      signal,
      headers: { ...headers, ...length },
    });
    outgoing.on("response", (incoming) => {
      readBody(incoming, maxBodyBytes).then((bytes) => resolve(toResponse(incoming, bytes)), fail);
    });
    outgoing.on("error", fail);
    outgoing.end(body);
  });
}

async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxBytes) throw new Error(`the reply is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toResponse(incoming: IncomingMessage, body: Uint8Array): AcmeResponse {
  const headers = Object.entries(incoming.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(", ") : (value ?? ""),
  ]);
  return { status: incoming.statusCode ?? 0, headers: Object.fromEntries(headers), body };
}
