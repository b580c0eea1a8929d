import type { McpServer, Server, ServerEventBus } from "@modelcontextprotocol/server";
import type { Catalog } from "../catalog/catalog.ts";
import type { Clock } from "../lib/clock.ts";
import type { DirectAnswers } from "../mcp/direct/direct-answers.ts";
import type { ServingContext } from "../mcp/mcp-options.ts";
import type { AccessGate } from "./auth/access-gate.ts";
import type { FastEndpoint } from "./fast/fast-endpoint.ts";
import type { HostPolicy } from "./host-policy.ts";
import type { TrafficGuard, TrafficLoad } from "./limits/traffic-guard.ts";
import type { RefreshHook } from "./refresh-hook.ts";
import type { RequestNotes } from "./request-notes.ts";
import type { RequestObserver } from "./request-observer.ts";
import type { SseRelay } from "./sse-endpoint.ts";

/** Bounds of what one request or one client may cost. */
export interface HttpLimits {
  /** Largest body of a POST. Default 1 MiB: an MCP request is a few hundred bytes. */
  readonly maxBodyBytes: number;
  /** Deepest nesting of arrays and objects in a body. Default 64. */
  readonly maxJsonDepth: number;
  /** Most messages in one JSON-RPC batch. Default 20. */
  readonly maxBatchMessages: number;
  /** Most HTTP+SSE streams and subscriptions open at once, each. Default 8,192: a connection is counted first
   * (see `connectionBudget`), and with a stream it costs no more than it was counted for. */
  readonly maxStreams: number;
  /** Most requests of one client in any minute. Default 6,000: hosted assistants share addresses. */
  readonly requestsPerMinute: number;
  /** Most requests worked on at once, of all clients. Default 1,024. */
  readonly maxInFlight: number;
  /** Most requests of one client worked on at once, searches among them. Default 128. */
  readonly maxInFlightPerClient: number;
  /** Most searches of one client that run at once. Default 32. */
  readonly maxSearchesPerClient: number;
  /** Most streams that one client has open. Default 128. */
  readonly maxStreamsPerClient: number;
  /** Pause between keep-alive comments on an open stream. Default 15 s. */
  readonly keepAliveInMs: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxBodyBytes: 1024 * 1024,
  maxJsonDepth: 64,
  maxBatchMessages: 20,
  maxStreams: 8_192,
  requestsPerMinute: 6_000,
  maxInFlight: 1_024,
  maxInFlightPerClient: 128,
  maxSearchesPerClient: 32,
  maxStreamsPerClient: 128,
  keepAliveInMs: 15_000,
};

export interface HttpHandlerOptions {
  readonly catalog: () => Catalog;
  /** Makes the MCP server of one request, or of one HTTP+SSE stream. */
  readonly createServer: (
    context?: ServingContext,
  ) => Server | McpServer | Promise<Server | McpServer>;
  /** Answers of the same catalog without that server. Default: none, and the server answers all. */
  readonly direct?: DirectAnswers | undefined;
  /** Where changes are published to clients that subscribe (2026-07-28). Default: nowhere. */
  readonly events?: ServerEventBus;
  /** Public base URL of this server, for links; never a request's own. Default: localhost's. */
  readonly publicUrl?: string;
  /** Let X-Forwarded-Proto and X-Forwarded-Host of a proxy replace `publicUrl`. Default: no. */
  readonly trustForwardedHost?: boolean;
  /** Take the client's address from the last hop of X-Forwarded-For, and X-Request-Id. Default: no. */
  readonly trustForwardedFor?: boolean;
  /** Version of Docport, for the server card. */
  readonly version?: string;
  /** One line on the certificate that is served with, for the front page; absent when none is kept. */
  readonly certificateLine?: () => string | undefined;
  /** More members of the answer of `/healthz`. Default: none. */
  readonly health?: () => Readonly<Record<string, unknown>>;
  /** Why the server may not get traffic, in sentences, for `/readyz`; empty: it may. Default: it may. */
  readonly unreadyBecause?: () => readonly string[];
  /** What whoever runs it should know though it is ready, in sentences, for `/readyz`. Default: nothing. */
  readonly readyThough?: () => readonly string[];
  /** Name in the MCP registry (`com.example/docs`). Default: made from the public URL. */
  readonly registryName?: string | undefined;
  /** Text of `/.well-known/mcp-registry-auth`; absent: 404. */
  readonly registryProof?: string | undefined;
  /** Text of `/.well-known/openai-apps-challenge`; absent: 404. */
  readonly openaiChallenge?: string | undefined;
  /** Answers `POST /-/refresh`; absent: 404. */
  readonly refresh?: RefreshHook | undefined;
  readonly hosts: HostPolicy;
  /** Who may see what, for private documentation. Default: everybody sees everything. */
  readonly access?: AccessGate | undefined;
  readonly limits?: Partial<HttpLimits>;
  /** Holds the limits, for several handlers of one server. Default: one of its own. */
  readonly guard?: TrafficGuard | undefined;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Where messages go whose HTTP+SSE stream is open in another process. Default: nowhere. */
  readonly sseRelay?: SseRelay | undefined;
  /** Told of every answer. Default: nobody. */
  readonly observer?: RequestObserver | undefined;
  /** Told of what went wrong inside; the client sees only that it did, and the request's id. */
  readonly onError?: (error: unknown, notes?: RequestNotes) => void;
}

/** Everything that is served over HTTP, with no socket: tests call it as they are. */
export interface HttpHandler extends AsyncDisposable {
  /**
   * Never rejects: what fails inside is a response with status 500. Without the address of the
   * socket's other end the limits of one client are not held, those of the process are.
   */
  fetch(request: Request, peerAddress?: string): Promise<Response>;
  /** The short way, for requests as Node gives them; see `WebBridgeOptions.direct`. */
  readonly direct: FastEndpoint;
  /** What is going on now. */
  load(): TrafficLoad;
  /** Ends open streams, so that a shutdown need not wait for them. `/readyz` says no from then on. */
  close(): Promise<void>;
}
