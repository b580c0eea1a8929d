import { lookup as systemLookup } from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { DocportError } from "../../lib/errors.ts";
import { isPublicAddress, namesPrivateHost } from "./public-address.ts";

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

/**
 * Requests to one site over connections that are kept open. Every connection is checked when it is
 * made: unless the site itself is named as a private one, it goes to public addresses only, whatever
 * DNS says at that moment.
 */
export function createSiteTransport(
  site: URL,
  lookup: LookupFunction = systemLookup,
): SiteTransport {
  const allowsPrivate = namesPrivateHost(site);
  const checkedLookup = allowsPrivate ? lookup : publicLookup(lookup);
  const agents = {
    "http:": new http.Agent({ keepAlive: true, maxSockets: 1 }),
    "https:": new https.Agent({ keepAlive: true, maxSockets: 1 }),
  };
  const send = async (url: URL, request: SiteRequest): Promise<SiteResponse> => {
    const isTls = url.protocol === "https:";
    const host = url.hostname.replace(/^\[|\]$/g, "");
    // Node looks no address up that is one already.
    if (!allowsPrivate && isIP(host) !== 0 && !isPublicAddress(host)) throw privateAddress(host);
    const sent = (isTls ? https : http).request(url, {
      agent: isTls ? agents["https:"] : agents["http:"],
      headers: { ...request.headers, "accept-encoding": "gzip, deflate, br" },
      lookup: checkedLookup,
      signal: request.signal,
      maxHeaderSize: 65_536,
    });
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      sent.once("response", resolve).once("error", reject).end();
    });
    return readResponse(response, request);
  };
  return Object.assign(send, {
    [Symbol.dispose]: () => {
      agents["http:"].destroy();
      agents["https:"].destroy();
    },
  });
}

function publicLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      if (error) return done(error, "", 0);
      const all = Array.isArray(found) ? found : [{ address: found, family: family ?? 0 }];
      const allowed = all.filter(({ address }) => isPublicAddress(address));
      const [first] = allowed;
      if (first === undefined) {
        return done(privateAddress(`${hostname} (${all[0]?.address})`), "", 0);
      }
      if (options.all === true) done(null, allowed);
      else done(null, first.address, first.family);
    });
  };
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
    const decoder = decoderOf(response.headers["content-encoding"]);
    const decoded: Readable = decoder ? response.pipe(decoder) : response;
    // What a pipe reads from does not end with what it goes to, nor the other way round.
    if (decoder) response.on("error", (error) => decoder.destroy(error));
    for await (const chunk of decoded) {
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

function decoderOf(encoding: string | undefined): ReturnType<typeof createGunzip> | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case "":
    case "identity":
      return undefined;
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      throw new DocportError(
        "ERR_SOURCE_FETCH",
        `The page is packed as "${encoding}", which was not asked for.`,
      );
  }
}

function privateAddress(what: string): DocportError {
  return new DocportError(
    "ERR_SOURCE_FETCH",
    `${what} is an address of a private network, and the source is a public site.`,
    { hint: "Name the private site itself as the source, by its address or its local name." },
  );
}
