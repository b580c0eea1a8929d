import { createHash, randomBytes } from "node:crypto";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import {
  connect,
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from "node:tls";
import { ACME_TLS_ALPN_PROTOCOL } from "../acme/tls-alpn-certificate.ts";
import type { TlsAlpnChallenges } from "../certs/challenges/tls-alpn-challenges.ts";
import { systemClock } from "../lib/clock.ts";
import { acceptProxied } from "./accept-proxied.ts";
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
import { type HandshakePace, paceHandshakes } from "./pace-handshakes.ts";
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
  /** How many handshakes may be under way. */
  readonly handshakes?: Omit<HandshakePace, "waitForHelloMs">;
  /** Whether answers forbid plain HTTP from then on (HSTS). Default true; not for localhost. */
  readonly hsts?: boolean;
}

export interface HttpsListener extends HttpListener {
  /** New connections get this pair; open ones live on. Throws what OpenSSL says of a bad one. */
  swap(pair: TlsKeyPair): void;
  /** Session tickets are made and opened with this key from now on, and with no other; 48 bytes. */
  useTicketKey(key: Buffer): void;
  /**
   * Shakes hands with ourselves and resolves with the SHA-256 fingerprint of the leaf that is shown
   * (upper-case hexadecimal with colons). Rejects when the handshake fails.
   */
  shownFingerprint(signal: AbortSignal): Promise<string>;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Longest that a session can be resumed: OpenSSL's own default. */
const SESSION_LIFE_S = 7_200;
const SESSION_CONTEXT_LENGTH = 32;

/**
 * Serves HTTPS and answers TLS-ALPN-01 (RFC 8737) on one port. A certificate is parsed once, when it
 * is swapped in, and never while a client waits. Throws `DocportError` `ERR_LISTEN_*`.
 */
export async function listenHttps(options: ListenHttpsOptions): Promise<HttpsListener> {
  const { handler, direct, onError, challenges, names, clock = systemClock } = options;
  const limits = await listenerLimits(options.limits, options.processes);
  let ticketKeys: Buffer = randomBytes(48);
  const server = createServer(
    {
      ...contextOf(options.pair ?? createPlaceholder(names, clock.now()), ticketKeys),
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
  paceHandshakes(server, {
    waitForHelloMs: HANDSHAKE_TIMEOUT_MS,
    ...(limits.maxConnectionsPerClient === Number.POSITIVE_INFINITY && {
      maxUnfinishedPerClient: Number.POSITIVE_INFINITY,
    }),
    ...options.handshakes,
  });
  guardConnections(server, limits, { clock, isSecure: true });
  if (options.proxyProtocol) acceptProxied(server, limits.headersTimeoutInMs);
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
  const ending = prepareGracefulClose(server, clock);
  return {
    url: `https://${displayHost(host)}${port === 443 ? "" : `:${port}`}`,
    port,
    host,
    swap: (pair) => server.setSecureContext(contextOf(pair, ticketKeys)),
    useTicketKey(key) {
      ticketKeys = key;
      server.setTicketKeys(key);
    },
    shownFingerprint: (signal) =>
      shownFingerprint(loopbackOf(host), port, names[0] ?? "localhost", signal),
    drain: () => ending.drain(),
    close: ({ graceMs = DEFAULT_GRACE_MS } = {}) => ending.close(graceMs),
    [Symbol.asyncDispose]: () => ending.close(DEFAULT_GRACE_MS),
  };
}

/**
 * Everything of a handshake that does not depend on the client, parsed once. A session is resumed
 * only under the chain that it was made under, by whichever process shows that one: without a
 * context of our own Node takes one of the command line, which differs between replicas.
 */
function contextOf(
  pair: TlsKeyPair,
  ticketKeys: Buffer,
): TlsKeyPair &
  SecureContextOptions & { readonly ticketKeys: Buffer; readonly sessionIdContext: string } {
  const digest = createHash("sha256").update(pair.cert).digest("hex");
  return {
    ...TLS_SETTINGS,
    ...pair,
    ticketKeys,
    sessionTimeout: SESSION_LIFE_S,
    sessionIdContext: digest.slice(0, SESSION_CONTEXT_LENGTH),
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
  const contexts = new WeakMap<object, SecureContext>();
  return function choose({ servername, protocols }) {
    if (protocols.includes("http/1.1")) return "http/1.1";
    const isChallenge = protocols.length === 1 && protocols[0] === ACME_TLS_ALPN_PROTOCOL;
    const answer = isChallenge ? challenges?.get(servername) : undefined;
    if (!answer) return undefined;
    const context = contexts.get(answer) ?? createSecureContext(answer);
    contexts.set(answer, context);
    this.setKeyCert(context);
    return ACME_TLS_ALPN_PROTOCOL;
  };
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
