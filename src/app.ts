import type { AppCertificate, AppListener } from "./app-listener.ts";
import type { AppMetrics } from "./app-metrics.ts";
import { readyThough, sourceStates } from "./app-state.ts";
import type { Catalog, CatalogFacts } from "./catalog/catalog.ts";
import type { Config } from "./config.ts";
import { describeServer } from "./describe-server.ts";
import type { FollowCatalog } from "./follow-documentation.ts";
import type { HttpHandler } from "./http/http-options.ts";
import type { RequestNotes } from "./http/request-notes.ts";
import type { SseRelay } from "./http/sse-endpoint.ts";
import { createStartGate } from "./http/start-gate.ts";
import { keepGaps } from "./keep-gaps.ts";
import type { UsagePeers } from "./lib/client-usage.ts";
import type { Clock } from "./lib/clock.ts";
import { systemClock } from "./lib/clock.ts";
import type { Log } from "./lib/log.ts";
import type { FleetCatalog } from "./living/fleet-catalog.ts";
import type { FollowedCatalog } from "./living/living-catalog.ts";
import type { LivingStatus } from "./living/living-status.ts";
import type { LoadCatalogOptions } from "./load-catalog.ts";
import type { McpOptions } from "./mcp/mcp-options.ts";
import type { ServerStatus } from "./mcp/server-status.ts";
import type { MetricFacts, SourceState } from "./metrics/metric-facts.ts";
import type { InheritedSocket } from "./net/inherited-sockets.ts";
import { openListener } from "./open-listener.ts";
import type { CorpusUrl, Publications } from "./publications.ts";
import { createRequestLog, joinObservers, logRequestFailure } from "./request-log.ts";
import { readVersion } from "./version.ts";

export interface AppOptions extends LoadCatalogOptions {
  readonly log: Log;
  /** Time of the certificate and of requests for embeddings. Default: the system's. */
  readonly clock?: Clock;
  /** Sockets that a supervisor opened. Their clients wait until the server is ready. */
  readonly sockets?: readonly InheritedSocket[];
  /** What another process does in place of this one. Default: this one does all. */
  readonly parts?: AppParts | undefined;
}

/** What a server has of its own when it is alone, and of another process when it is one of several. */
export interface AppParts {
  readonly openListener: typeof openListener;
  readonly followCatalog: FollowCatalog;
  readonly startMetrics: (facts: Pick<MetricFacts, "load">) => Promise<AppMetrics>;
  readonly onUnanswered: NonNullable<McpOptions["onUnanswered"]>;
  /** How the documentation's sources are. */
  readonly sources: () => readonly SourceState[];
  /** Why `/readyz` says no, and what it says beside a yes; in sentences. */
  readonly unreadyBecause: () => readonly string[];
  readonly readyThough: () => readonly string[];
  /** Has the sources read again. */
  readonly refresh: () => void;
  readonly sseRelay: SseRelay;
  readonly usagePeers: UsagePeers;
}

/** A server that runs. Disposing of it stops it in an orderly way. */
export interface App extends AsyncDisposable {
  /** Origin under which clients reach it: the configured public URL, or the address listened on. */
  readonly url: string;
  /** URL that MCP clients connect to. */
  readonly mcpUrl: string;
  /** Where it listens, as a person on this computer finds it. */
  readonly localUrl: string;
  /** Where single documentations of several are served under names of their own. */
  readonly corpusUrls: readonly CorpusUrl[];
  /** Of the documentation as it was at the start. */
  readonly facts: CatalogFacts;
  /** How the documentation is now. */
  status(): LivingStatus;
  /** The server's certificate, when it keeps one itself. */
  readonly certificate?: AppCertificate;
  /** Where Prometheus reads the metrics, when they are wanted. */
  readonly metricsUrl?: string;
  /** Rejects when nobody is left to answer; of a single process that is its own end. */
  readonly lost?: Promise<never>;
  /** No new connections; running requests end within five seconds. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Builds every part from the configuration and starts serving. Rejects with a `DocportError` when
 * the documentation cannot be read or the address cannot be had; then nothing is left running.
 */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  const { log, parts } = options;
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, ...(options.signal ? [options.signal] : [])]);
  const version = readVersion();
  const clock = options.clock ?? systemClock;
  const onError = (error: unknown, notes?: RequestNotes): void =>
    logRequestFailure(log, error, notes);
  const gaps =
    config.logQueries && !parts
      ? keepGaps(config.dataFolder, { now: () => clock.now(), log })
      : undefined;
  const onUnanswered = config.logQueries ? (parts ?? gaps)?.onUnanswered : undefined;
  let handler: HttpHandler | undefined;
  const gate = createStartGate({
    holds: parts !== undefined || (options.sockets?.length ?? 0) > 0,
    clock,
  });
  let listening: AppListener | undefined;
  let fleetCatalog: FleetCatalog | undefined;
  const { openConfiguredFleet } = config.store === undefined ? {} : await import("./fleet.ts");
  const fleet = await openConfiguredFleet?.(config, {
    clock,
    log,
    status: () => ({
      ...listening?.certificate?.health(),
      ...(fleetCatalog && { index: fleetCatalog.fleetStatus() }),
    }),
  });
  // Before the documentation is read: a port that cannot be had is told at once, and a certificate
  // is obtained meanwhile.
  const listener = await (parts?.openListener ?? openListener)(config, {
    fleet,
    handler: (request, peer) => gate.fetch(request, peer),
    direct: (incoming, outgoing, pass) =>
      handler ? handler.direct(incoming, outgoing, pass) : pass(incoming, outgoing),
    log,
    onError,
    clock: options.clock,
    sockets: options.sockets,
  }).catch(async (error: unknown) => {
    await fleet?.[Symbol.asyncDispose]();
    throw error;
  });
  listening = listener;
  log("debug", "server.listening", { url: listener.url, localUrl: listener.localUrl });
  let living: FollowedCatalog;
  let publications: Publications;
  let metrics: AppMetrics | undefined;
  const failures = new Map<string, number>();
  const sources = (): readonly SourceState[] =>
    parts ? parts.sources() : handler ? sourceStates(living.status(), failures) : [];
  const status = config.serverStatus
    ? ({ facts, revision }: Catalog): ServerStatus =>
        describeServer({
          now: clock.now(),
          facts,
          sources: revision === living.current.revision ? sources() : undefined,
          certificate: listener.certificate?.status?.(),
        })
    : undefined;
  try {
    if (config.metrics) {
      const { startMetrics } = await import("./app-metrics.ts");
      const facts = {
        version,
        index: () => (handler ? living.current : undefined),
        sources,
        unreadablePages: () => (handler ? living.status().unreadablePages : 0),
        certificate: () => listener.certificate?.status?.(),
        load: () => handler?.load() ?? { inFlight: 0, openStreams: 0 },
      };
      metrics = await (parts?.startMetrics(facts) ??
        startMetrics(config.metrics, facts, { clock, onError }));
    }
    // Code that takes a moment to load, while the CA is asked.
    const { createPublications } = await import("./publications.ts");
    publications = await createPublications(config, {
      ...{ version, fetch: options.fetch, clock, log, status },
      onUnanswered,
    });
    const { followDocumentation } = await import("./follow-documentation.ts");
    const followed = await followDocumentation(config, {
      ...options,
      ...{ log, fleet, failures, clock, signal },
      prepare: (next, merge) => publications.prepare(next, merge),
      followCatalog: parts?.followCatalog,
    });
    ({ living, fleetCatalog } = followed);
    options.signal?.throwIfAborted();
  } catch (error) {
    await Promise.all([listener.close(), metrics?.close()]);
    await fleet?.[Symbol.asyncDispose]();
    throw error;
  }
  // Pages without a public address of their own are linked to here, so the port has to be known.
  const { url, certificate } = listener;
  let isStopping = false;
  let closing: Promise<void> | undefined;
  handler = await publications.createHandler(url, {
    refresh:
      config.refreshSecret === undefined
        ? undefined
        : { secret: config.refreshSecret, ask: () => (parts ?? living).refresh() },
    sseRelay: parts?.sseRelay,
    usagePeers: (parts ?? fleet)?.usagePeers,
    signal: ended.signal,
    ...(certificate && {
      certificateLine: () => certificate.line(),
      health: () => certificate.health(),
    }),
    unreadyBecause: () => [
      ...(isStopping ? ["The server is stopping."] : []),
      ...(parts?.unreadyBecause() ?? []),
      ...(certificate?.isReady() === false
        ? [`The certificate cannot be used: ${certificate.line()}`]
        : []),
    ],
    readyThough: () => parts?.readyThough() ?? readyThough(config, living.status(), fleetCatalog),
    observer: joinObservers([
      metrics?.observer,
      config.logLevel === "debug" ? createRequestLog(log) : undefined,
    ]),
    onError,
  });
  gate.open(handler);
  living.start();
  return {
    url,
    mcpUrl: `${url}/mcp`,
    localUrl: listener.localUrl,
    corpusUrls: publications.urlsOf(url),
    facts: living.current.facts,
    status: () => living.status(),
    ...(certificate && { certificate }),
    ...(metrics && { metricsUrl: metrics.url }),
    close,
    [Symbol.asyncDispose]: close,
  };

  function close(): Promise<void> {
    closing ??= closeInOrder();
    return closing;
  }

  async function closeInOrder(): Promise<void> {
    if (fleet && config.drainInMs > 0) {
      // The others go on: one of them builds from now on, and the balancer sends them what comes.
      isStopping = true;
      listener.drain?.();
      log("info", "server.draining", { forMs: config.drainInMs });
      await Promise.all([living.close(), clock.sleep(config.drainInMs)]);
    }
    // What is still asked of an embeddings endpoint would keep the process up.
    ended.abort();
    // Open streams would keep the listener from closing, so they end while it stops listening.
    await Promise.all([listener.close(), handler?.close(), living.close(), metrics?.close()]);
    await gaps?.[Symbol.asyncDispose]();
    await fleet?.[Symbol.asyncDispose]();
  }
}
