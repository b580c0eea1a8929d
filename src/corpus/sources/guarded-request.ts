import { lookup as systemLookup } from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { DocportError } from "../../lib/errors.ts";
import { isPublicAddress, namesPrivateHost } from "./public-address.ts";

export interface GuardedRequestOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** One GET, without redirects. Resolves when the headers are there; the body is {@link decodedBody}. */
export interface GuardedRequest extends Disposable {
  (url: URL, options: GuardedRequestOptions): Promise<http.IncomingMessage>;
}

export interface GuardSettings {
  /** Default: the system's. */
  readonly lookup?: LookupFunction;
  /** Connections to one host. */
  readonly maxSockets: number;
}

/** A connection that nobody uses is closed after this. */
const IDLE_MS = 30_000;

/**
 * Requests for a source over connections that are kept open. Every connection is checked when it is
 * made: unless the source itself is named as a private one, it goes to public addresses only,
 * whatever DNS says at that moment and whoever named the URL.
 */
export function createGuardedRequest(
  source: URL,
  { lookup = systemLookup, maxSockets }: GuardSettings,
): GuardedRequest {
  const allowsPrivate = namesPrivateHost(source);
  const checkedLookup = allowsPrivate ? lookup : publicLookup(lookup);
  const kept = { keepAlive: true, maxSockets, timeout: IDLE_MS };
  const agents = { "http:": new http.Agent(kept), "https:": new https.Agent(kept) };
  const send = async (
    url: URL,
    { headers, signal }: GuardedRequestOptions,
  ): Promise<http.IncomingMessage> => {
    const isTls = url.protocol === "https:";
    const host = url.hostname.replace(/^\[|\]$/g, "");
    // Node looks no address up that is one already.
    if (!allowsPrivate && isIP(host) !== 0 && !isPublicAddress(host)) throw privateAddress(host);
    const sent = (isTls ? https : http).request(url, {
      agent: isTls ? agents["https:"] : agents["http:"],
      headers: { ...headers, "accept-encoding": "gzip, deflate, br" },
      lookup: checkedLookup,
      signal,
      maxHeaderSize: 65_536,
    });
    return new Promise((resolve, reject) => {
      sent.once("response", resolve).once("error", reject).end();
    });
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

function privateAddress(what: string): DocportError {
  return new DocportError(
    "ERR_SOURCE_FETCH",
    `${what} is an address of a private network, and the source is a public site.`,
    { hint: "Name the private site itself as the source, by its address or its local name." },
  );
}

/**
 * The body, unpacked. It ends with an error when the response was cut off. Throws ERR_SOURCE_FETCH
 * for a packing that was not asked for.
 */
export function decodedBody(response: http.IncomingMessage): Readable {
  const decoder = decoderOf(response.headers["content-encoding"]);
  if (!decoder) return response;
  // What a pipe reads from does not end with what it goes to, nor the other way round.
  response.on("error", (error) => decoder.destroy(error));
  response.on("close", () => {
    if (!response.complete) decoder.destroy(new Error("the response was cut off"));
  });
  decoder.on("close", () => {
    if (!response.complete) response.destroy();
  });
  return response.pipe(decoder);
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
