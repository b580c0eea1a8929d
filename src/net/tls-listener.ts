import { randomBytes } from "node:crypto";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { connect, type TLSSocket } from "node:tls";
import { ACME_TLS_ALPN_PROTOCOL } from "../acme/tls-alpn-certificate.ts";
import type { TlsAlpnChallenges } from "../certs/challenges/tls-alpn-challenges.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { prepareGracefulClose } from "./graceful-close.ts";
import { guardConnections } from "./guard-connections.ts";
import {
  DEFAULT_GRACE_MS,
  type HttpListener,
  type ListenHttpOptions,
  listenerLimits,
} from "./http-listener.ts";
import { listenInTurn } from "./in-turn.ts";
import { displayHost, listenOn, loopbackOf } from "./listen-on.ts";
import { createPlaceholder } from "./placeholder-certificate.ts";
import { STRICT_TRANSPORT_SECURITY, TLS_SETTINGS } from "./tls-settings.ts";
import { createRequestListener } from "./web-bridge.ts";

/** A chain, leaf first, and the key of its leaf, in PEM. */
export interface TlsKeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface ListenHttpsOptions extends ListenHttpOptions {
  /** What is shown from the start. Default: a placeholder that every client refuses. */
  readonly pair?: TlsKeyPair | undefined;
  /** Names for the placeholder, and the server name of the proof. */
  readonly names: readonly string[];
  /** Answers to TLS-ALPN-01, on the very same port. Default: none. */
  readonly challenges?: TlsAlpnChallenges | undefined;
  /** Takes the requests in place of `handler`, as Node gives them. */
  readonly requestListener?: RequestListener;
  /** Whether answers forbid plain HTTP from then on (HSTS). Default true; not for localhost. */
  readonly hsts?: boolean;
}

export interface HttpsListener extends HttpListener {
  /** New connections get this pair; open ones live on. Throws what OpenSSL says of a bad one. */
  swap(pair: TlsKeyPair): void;
  /**
   * Shakes hands with ourselves and resolves with the SHA-256 fingerprint of the leaf that is shown
   * (upper-case hexadecimal with colons). Rejects when the handshake fails.
   */
  shownFingerprint(signal: AbortSignal): Promise<string>;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Who steals the key that tickets are made with can read what they resumed, so it does not get old. */
const TICKET_KEY_LIFE_MS = 12 * 3_600_000;

/**
 * Serves HTTPS and answers TLS-ALPN-01 (RFC 8737) on one port. A certificate is parsed once, when it
 * is swapped in, and never while a client waits. Throws `DocportError` `ERR_LISTEN_*`.
 */
export async function listenHttps(options: ListenHttpsOptions): Promise<HttpsListener> {
  const { handler, direct, onError, challenges, names, clock = systemClock } = options;
  const limits = await listenerLimits(options.limits);
  let ticketKeys = randomBytes(48);
  const server = createServer(
    {
      ...TLS_SETTINGS,
      ...(options.pair ?? createPlaceholder(names, clock.now())),
      ticketKeys,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      headersTimeout: limits.headersTimeoutInMs,
      requestTimeout: limits.requestTimeoutInMs,
      connectionsCheckingInterval: limits.timeoutCheckInMs,
      keepAliveTimeout: limits.keepAliveTimeoutInMs,
      maxHeaderSize: limits.maxHeaderBytes,
      noDelay: true,
      ALPNCallback: chooseProtocol(challenges),
    },
    options.requestListener ??
      listenInTurn(
        createRequestListener({ handler, direct, scheme: "https", ...(onError && { onError }) }),
      ),
  );
  server.timeout = limits.idleTimeoutInMs;
  guardConnections(server, limits, { clock, isSecure: true });
  server.on("secureConnection", (socket) => {
    // The handshake was all that the CA wanted (RFC 8737 §3).
    if (socket.alpnProtocol === ACME_TLS_ALPN_PROTOCOL) socket.end();
  });
  if (options.hsts ?? true) {
    server.prependListener("request", (_request, response) => {
      response.setHeader("strict-transport-security", STRICT_TRANSPORT_SECURITY);
    });
  }
  const { host, port } = await listenOn(server, options);
  const close = prepareGracefulClose(server, clock);
  const closing = new AbortController();
  void renewTicketKeys(clock, closing.signal, () => {
    ticketKeys = randomBytes(48);
    server.setTicketKeys(ticketKeys);
  });
  const end = (graceMs: number): Promise<void> => {
    closing.abort();
    return close(graceMs);
  };
  return {
    url: `https://${displayHost(host)}${port === 443 ? "" : `:${port}`}`,
    port,
    host,
    swap: (pair) => server.setSecureContext({ ...TLS_SETTINGS, ...pair, ticketKeys }),
    shownFingerprint: (signal) =>
      shownFingerprint(loopbackOf(host), port, names[0] ?? "localhost", signal),
    close: ({ graceMs = DEFAULT_GRACE_MS } = {}) => end(graceMs),
    [Symbol.asyncDispose]: () => end(DEFAULT_GRACE_MS),
  };
}

/**
 * HTTP/1.1, or `acme-tls/1` for a connection that wants nothing else and whose name has a challenge.
 * The certificate is set here and there is no SNICallback: under TLS 1.3 that one runs later and
 * would overwrite it.
 */
function chooseProtocol(
  challenges: TlsAlpnChallenges | undefined,
): (this: TLSSocket, hello: { servername: string; protocols: string[] }) => string | undefined {
  return function choose({ servername, protocols }) {
    if (protocols.includes("http/1.1")) return "http/1.1";
    const isChallenge = protocols.length === 1 && protocols[0] === ACME_TLS_ALPN_PROTOCOL;
    const answer = isChallenge ? challenges?.get(servername) : undefined;
    if (!answer) return undefined;
    this.setKeyCert({ cert: answer.cert, key: answer.key });
    return ACME_TLS_ALPN_PROTOCOL;
  };
}

async function renewTicketKeys(
  clock: Clock,
  signal: AbortSignal,
  renew: () => void,
): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(TICKET_KEY_LIFE_MS, signal);
      renew();
    }
  } catch {
    // The listener was closed.
  }
}

/** The SHA-256 fingerprint of the leaf that a server shows; rejects when the handshake fails. */
export function shownFingerprint(
  host: string,
  port: number,
  servername: string,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      // An address is no server name (RFC 6066 §3).
      ...(/[:\d]$/.test(servername) ? {} : { servername: servername.replace(/^\*/, "any") }),
      ALPNProtocols: ["http/1.1"],
      // What is shown is compared, not trusted.
      rejectUnauthorized: false,
    });
    const stop = (): void => {
      socket.destroy(signal.reason instanceof Error ? signal.reason : new Error("stopped"));
    };
    signal.addEventListener("abort", stop, { once: true });
    socket.setTimeout(HANDSHAKE_TIMEOUT_MS, () =>
      socket.destroy(new Error("no handshake in time")),
    );
    socket.once("secureConnect", () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.end();
    });
    socket.once("error", reject);
    socket.once("close", () => {
      signal.removeEventListener("abort", stop);
      reject(new Error("the connection was closed before the handshake ended"));
    });
    if (signal.aborted) stop();
  });
}
