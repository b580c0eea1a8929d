import type * as http from "node:http";
import type { LookupFunction } from "node:net";
import { DocportError } from "../../lib/errors.ts";
import { createGuardedRequest, decodedBody } from "../sources/guarded-request.ts";

export interface SiteRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Longest body, decompressed. */
  readonly maxBytes: number;
  /** Whether the body of a 2xx response of this content type is wanted; none of it is read else. */
  readonly wants: (contentType: string) => boolean;
}

export interface SiteResponse {
  readonly status: number;
  /** The value of a header, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  /** Decompressed; empty unless the status is 2xx and the type is wanted. */
  readonly body: Uint8Array;
}

/** One request, without redirects. Rejects when there is no whole response. */
export interface SiteTransport extends Disposable {
  (url: URL, request: SiteRequest): Promise<SiteResponse>;
}

/** Requests to one site, one at a time, by {@link createGuardedRequest}. */
export function createSiteTransport(site: URL, lookup?: LookupFunction): SiteTransport {
  const guarded = createGuardedRequest(site, { maxSockets: 1, ...(lookup && { lookup }) });
  const send = async (url: URL, request: SiteRequest): Promise<SiteResponse> =>
    readResponse(await guarded(url, request), request);
  return Object.assign(send, { [Symbol.dispose]: () => guarded[Symbol.dispose]() });
}

async function readResponse(
  response: http.IncomingMessage,
  request: SiteRequest,
): Promise<SiteResponse> {
  const { statusCode: status = 0 } = response;
  const header = (name: string): string | undefined => {
    const value = response.headers[name];
    return typeof value === "string" ? value : value?.[0];
  };
  const isWanted = status >= 200 && status < 300 && request.wants(header("content-type") ?? "");
  if (isWanted) return { status, header, body: await readBody(response, request) };
  // A short body is read to its end so that the connection can be used again.
  if (Number(header("content-length") ?? "x") <= 65_536) response.resume();
  else response.destroy();
  response.on("error", () => {});
  return { status, header, body: new Uint8Array() };
}

async function readBody(
  response: http.IncomingMessage,
  { maxBytes, signal }: SiteRequest,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of decodedBody(response)) {
      signal.throwIfAborted();
      if (!(chunk instanceof Uint8Array)) throw new TypeError("a body of bytes is expected");
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        throw new DocportError(
          "ERR_SOURCE_LIMIT",
          `The page is longer than ${maxBytes} bytes, which is the most that is read.`,
        );
      }
      chunks.push(chunk);
    }
  } finally {
    // What has come and is not read would keep the connection for ever.
    if (response.complete) response.resume();
    else response.destroy();
  }
  if (!response.complete) throw new Error("the response was cut off");
  return Buffer.concat(chunks);
}
