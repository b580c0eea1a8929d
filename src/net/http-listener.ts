import { createServer } from "node:http";
import { type Clock, systemClock } from "../lib/clock.ts";
import { acceptProxied } from "./accept-proxied.ts";
import { type ConnectionBudget, connectionBudget, readMachineLimits } from "./connection-budget.ts";
import { prepareGracefulClose } from "./graceful-close.ts";
import { guardConnections } from "./guard-connections.ts";
import { listenInTurn } from "./in-turn.ts";
import { displayHost, type ListenTarget, listenOn } from "./listen-on.ts";
import { createRequestListener, type DirectHandler, type WebHandler } from "./web-bridge.ts";

/** What one client, and all of them, may take of the sockets. */
export interface ListenerLimits {
  /** For the whole of the headers. Default 10 s. */
  readonly headersTimeoutInMs: number;
  /** For the whole request, body too: a slow sender is answered 408 and cut off. Default 30 s. */
  readonly requestTimeoutInMs: number;
  /** How often the two above are looked at. Default 1 s. */
  readonly timeoutCheckInMs: number;
  /** Between requests of one connection. Default 60 s. */
  readonly keepAliveTimeoutInMs: number;
  /** Without a byte in either direction, as when a client stops reading. Default 120 s. */
  readonly idleTimeoutInMs: number;
  /** Default 16 KiB; above it the answer is 431. */
  readonly maxHeaderBytes: number;
  /** Most connections at once. Default: see `connectionBudget`. */
  readonly maxConnections: number;
  /** Most connections of one client (see `clientNetwork`). Default: a sixteenth of them. */
  readonly maxConnectionsPerClient: number;
}

const DEFAULT_LISTENER_LIMITS: Omit<ListenerLimits, keyof ConnectionBudget> = {
  headersTimeoutInMs: 10_000,
  requestTimeoutInMs: 30_000,
  timeoutCheckInMs: 1_000,
  keepAliveTimeoutInMs: 60_000,
  idleTimeoutInMs: 120_000,
  maxHeaderBytes: 16 * 1024,
};

/** The limits of a listener, from those that were named and what this computer carries. */
export async function listenerLimits(
  named: Partial<ListenerLimits> = {},
  processes = 1,
): Promise<ListenerLimits> {
  const budget = connectionBudget(await readMachineLimits(processes));
  return { ...DEFAULT_LISTENER_LIMITS, ...budget, ...named };
}

export interface ListenHttpOptions extends ListenTarget {
  readonly handler: WebHandler;
  /** Is shown every request first. Default: none. */
  readonly direct?: DirectHandler | undefined;
  readonly limits?: Partial<ListenerLimits>;
  /** Whether a load balancer says whose each connection is: see `acceptProxied`. Default false. */
  readonly proxyProtocol?: boolean | undefined;
  /** Processes that do the same and share the memory of the machine. Default 1. */
  readonly processes?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock;
  readonly onError?: (error: unknown) => void;
}

export interface HttpListener extends AsyncDisposable {
  /** `http://localhost:8080`: where a person on this computer finds it, without a last slash. */
  readonly url: string;
  /** The port that was taken. */
  readonly port: number;
  /** The host that was asked for, or the address of an inherited socket. */
  readonly host: string;
  /** Ends each connection with its next answer, and goes on listening. */
  drain(): void;
  /**
   * Takes no new connections, lets running requests end, and cuts what is left after `graceMs`
   * (default 5,000). Resolves when every socket is closed. Safe to call twice.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

export const DEFAULT_GRACE_MS = 5_000;

/** Serves plain HTTP. Throws `DocportError` `ERR_LISTEN_*` when the address cannot be had. */
export async function listenHttp(options: ListenHttpOptions): Promise<HttpListener> {
  const limits = await listenerLimits(options.limits, options.processes);
  const { handler, direct, onError, clock = systemClock } = options;
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutInMs,
      requestTimeout: limits.requestTimeoutInMs,
      connectionsCheckingInterval: limits.timeoutCheckInMs,
      keepAliveTimeout: limits.keepAliveTimeoutInMs,
      maxHeaderSize: limits.maxHeaderBytes,
      noDelay: true,
    },
    listenInTurn(
      createRequestListener({ handler, direct, scheme: "http", ...(onError && { onError }) }),
    ),
  );
  server.timeout = limits.idleTimeoutInMs;
  guardConnections(server, limits, { clock, isSecure: false });
  if (options.proxyProtocol) acceptProxied(server, limits.headersTimeoutInMs);
  const { host, port } = await listenOn(server, options);
  const ending = prepareGracefulClose(server, clock);
  return {
    url: `http://${displayHost(host)}:${port}`,
    port,
    host,
    drain: () => ending.drain(),
    close: ({ graceMs = DEFAULT_GRACE_MS } = {}) => ending.close(graceMs),
    [Symbol.asyncDispose]: () => ending.close(DEFAULT_GRACE_MS),
  };
}
