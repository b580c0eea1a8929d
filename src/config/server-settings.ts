import { availableParallelism } from "node:os";
import type { LogLevel } from "../lib/log.ts";
import { type Setting, setting } from "./setting.ts";
import {
  countOrAuto,
  filePath,
  type ListenAddress,
  listenAddress,
  listenHost,
  listOf,
  oneOf,
  originUrl,
  pauseOrOff,
  text,
  toggle,
  wholeNumber,
} from "./setting-types.ts";

/** Where the server listens, and what it is called from outside. */
export interface ServerSettings {
  /** Undefined: this computer only, or every address when there is a domain. */
  readonly host: string | undefined;
  /** 0 takes a free one. Undefined: 8080, or 443 when there is a domain. */
  readonly port: number | undefined;
  /** Origin of this server as clients see it; undefined: made from domain, host and port. */
  readonly publicUrl: string | undefined;
  /** Whether the headers that a proxy adds are believed. */
  readonly trustProxy: boolean;
  /** Whether each connection begins with whose it is, as a load balancer in TCP mode says it. */
  readonly proxyProtocol: boolean;
  /** Web origins, besides the server's own and this computer's, whose pages may call it. */
  readonly allowedOrigins: readonly string[];
  /** Of one client, in any minute. */
  readonly requestsPerMinute: number;
  /** Requests worked on at once, of all clients. */
  readonly maxInFlight: number;
  /** Processes that answer, at most one a core; 1: this one alone. */
  readonly workers: number;
  /** Pause between two questions to a remote source; 0: it is not asked again. */
  readonly refreshInMs: number;
  /** What `POST /-/refresh` is signed with; undefined: there is no such address. */
  readonly refreshSecret: string | undefined;
}

/** What the server tells its owner, and how. */
export interface LoggingSettings {
  readonly logLevel: LogLevel;
  /** `auto`: pretty at a terminal, JSON elsewhere. */
  readonly logFormat: "auto" | "pretty" | "json";
  /** Where `/metrics` is answered; undefined: nowhere. Never on the public ports. */
  readonly metrics: ListenAddress | undefined;
  /** Keep queries without a confident answer, for `docport gaps`. */
  readonly logQueries: boolean;
  /** Offer the tool and the resource that say how the server is. */
  readonly serverStatus: boolean;
  /** Folder of what the server keeps for its owner. Absolute in a `Config`. */
  readonly dataFolder: string;
}

export const serverSettings: { readonly [K in keyof ServerSettings]: Setting<ServerSettings[K]> } =
  {
    host: setting("host", {
      group: "server",
      type: listenHost,
      fallback: undefined,
      defaultText: "127.0.0.1; :: with a domain",
      doc: "Address to listen on; :: is every address of this computer.",
    }),
    port: setting("port", {
      group: "server",
      type: wholeNumber("PORT", 0, 65_535),
      fallback: undefined,
      defaultText: "8080; 443 with a domain",
      doc: "Port to listen on; 0 takes a free one.",
    }),
    publicUrl: setting("publicUrl", {
      group: "server",
      type: originUrl,
      fallback: undefined,
      defaultText: "made from domain, host and port",
      doc: "URL of this server as clients see it, when a proxy stands before it.",
    }),
    trustProxy: setting("trustProxy", {
      group: "server",
      type: toggle,
      fallback: false,
      doc: "Believe the X-Forwarded headers of the proxy that stands before the server.",
    }),
    proxyProtocol: setting("proxyProtocol", {
      group: "server",
      type: toggle,
      fallback: false,
      doc: "Connections come from a load balancer that says in the PROXY protocol whose they are.",
    }),
    allowedOrigins: setting("allowedOrigins", {
      group: "server",
      type: listOf(originUrl),
      fallback: [],
      doc: "Web origins whose pages may call the server from a browser.",
    }),
    requestsPerMinute: setting("limits.requestsPerMinute", {
      group: "server",
      type: wholeNumber("COUNT", 10, 1_000_000),
      fallback: 6_000,
      doc: "Most requests of one address, or of one key, in any minute.",
    }),
    maxInFlight: setting("limits.maxInFlight", {
      group: "server",
      type: wholeNumber("COUNT", 1, 100_000),
      fallback: 1_024,
      doc: "Most requests worked on at once; beyond it everybody is asked to come again.",
    }),
    workers: setting("workers", {
      group: "server",
      type: countOrAuto("COUNT", 1, 64, availableParallelism),
      fallback: 1,
      doc: "Processes that answer requests, on the same ports: a number, or auto for one a core.",
    }),
    refreshInMs: setting("refresh", {
      group: "server",
      type: pauseOrOff(10_000, 30 * 86_400_000),
      fallback: 900_000,
      defaultText: "15m",
      doc: "How often websites and repositories are asked for changes, such as 15m, 6h or off.",
    }),
    refreshSecret: setting("refreshSecret", {
      group: "server",
      type: text("SECRET", 1_000),
      fallback: undefined,
      isSecret: true,
      doc: "Secret of a webhook, which has all sources read again at once by POST /-/refresh.",
    }),
  };

export const loggingSettings: {
  readonly [K in keyof LoggingSettings]: Setting<LoggingSettings[K]>;
} = {
  logLevel: setting("logLevel", {
    group: "logging",
    type: oneOf("LEVEL", ["error", "warn", "info", "debug"]),
    fallback: "info",
    doc: "Least important lines that are logged: error, warn, info or debug.",
  }),
  logFormat: setting("logFormat", {
    group: "logging",
    type: oneOf("FORMAT", ["auto", "pretty", "json"]),
    fallback: "auto",
    doc: "Form of the log lines: pretty, json, or auto (pretty at a terminal).",
  }),
  metrics: setting("metrics", {
    group: "logging",
    type: listenAddress,
    fallback: undefined,
    doc: "Address of its own for Prometheus, such as 127.0.0.1:9464; everybody who reaches it may read it.",
  }),
  serverStatus: setting("serverStatus", {
    group: "logging",
    type: toggle,
    fallback: false,
    doc: "Offer everybody who may search a tool and a resource that tell how the server is.",
  }),
  logQueries: setting("logQueries", {
    group: "logging",
    type: toggle,
    fallback: false,
    doc: "Keep queries that found no confident answer, for docport gaps.",
  }),
  dataFolder: setting("dataFolder", {
    group: "logging",
    type: filePath("FOLDER"),
    fallback: "data",
    doc: "Folder of the queries that are kept.",
  }),
};
