import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { App, AppOptions } from "./app.ts";
import type { AppListener } from "./app-listener.ts";
import type { AppMetrics } from "./app-metrics.ts";
import { readyThough, sourceStates } from "./app-state.ts";
import type { Config } from "./config.ts";
import { keepGaps } from "./keep-gaps.ts";
import { systemClock } from "./lib/clock.ts";
import { messageOf } from "./lib/errors.ts";
import type { Log } from "./lib/log.ts";
import { ownModule } from "./lib/own-file.ts";
import type { FleetCatalog } from "./living/fleet-catalog.ts";
import type { FollowedCatalog } from "./living/living-catalog.ts";
import { openListener } from "./open-listener.ts";
import { corpusUrlsUnder } from "./publications.ts";
import { remotePorts } from "./remote-ports.ts";
import { SharedIndex } from "./shared-index.ts";
import type { Fleet } from "./store/open-fleet.ts";
import { readVersion } from "./version.ts";
import type { PrimaryView, WorkerTask } from "./worker-app.ts";
import { WorkerCounts } from "./worker-counts.ts";
import { relayWorkerUsage } from "./worker-usage.ts";
import { fromOurBuild } from "./workers/channel.ts";
import { workerStarter } from "./workers/start-worker.ts";
import { type WorkerEvent, WorkerPool } from "./workers/worker-pool.ts";

/** Longer than a worker gives its requests. */
const CLOSE_GRACE_MS = 10_000;
/** How soon workers show what has changed in the certificate's state and the sources'. */
const VIEW_MS = 500;

/**
 * Serves with `config.workers` processes on the same ports. This one keeps the certificate and reads
 * the documentation; the workers answer. Rejects as `startApp` does, and then nothing is left
 * running.
 */
export async function startPrimaryApp(config: Config, options: AppOptions): Promise<App> {
  const { log, clock = systemClock, sockets = [] } = options;
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, ...(options.signal ? [options.signal] : [])]);
  const onError = (error: unknown): void =>
    log("error", "primary.failed", { message: messageOf(error) });
  const module = ownModule("cli/worker");
  const pool = new WorkerPool({
    count: config.workers,
    start: workerStarter(fileURLToPath(module)),
    clock,
    onEvent: createWorkerLog(log),
  });
  const task: WorkerTask = { config, sockets, count: config.workers };
  await pool.set("task", task);
  const gaps = config.logQueries
    ? keepGaps(config.dataFolder, { now: () => clock.now(), log })
    : undefined;
  pool.on("unanswered", (value) => {
    const { query, closest } = fromOurBuild<{ query: string; closest: string[] }>(value);
    gaps?.add(query, closest);
  });
  pool.on("sse-relay", async (value) => {
    const { sessionId } = fromOurBuild<{ sessionId: string }>(value);
    // Not sent to anybody for a session that nobody has: it may be large.
    const isOpen = (await pool.ask("sse-has", sessionId)).includes(true);
    return isOpen && (await pool.ask("sse-message", value)).includes(true);
  });

  const folder = await mkdtemp(join(tmpdir(), "docport-"));
  let listener: AppListener | undefined;
  let living: FollowedCatalog | undefined;
  let fleetCatalog: FleetCatalog | undefined;
  let fleet: Fleet | undefined;
  let isStopping = false;
  let metrics: AppMetrics | undefined;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeInOrder();
    return closing;
  };
  try {
    const { openConfiguredFleet } = config.store === undefined ? {} : await import("./fleet.ts");
    fleet = await openConfiguredFleet?.(config, {
      clock,
      log,
      status: () => ({
        ...listener?.certificate?.health(),
        ...(fleetCatalog && { index: fleetCatalog.fleetStatus() }),
      }),
    });
    relayWorkerUsage(pool, fleet?.usagePeers, { clock, signal });
    const remote = remotePorts(pool, config);
    listener = await openListener(config, {
      handler: () => new Response(null, { status: 500 }),
      ...{ log, onError, clock, remote, fleet },
    });
    const { certificate } = listener;
    log("debug", "server.listening", { url: listener.url, localUrl: listener.localUrl });
    const failures = new Map<string, number>();
    const view = (): PrimaryView => ({
      sources: living ? sourceStates(living.status(), failures) : [],
      unreadyBecause: isStopping ? ["The server is stopping."] : [],
      readyThough: living ? readyThough(config, living.status(), fleetCatalog) : [],
      ...(certificate && {
        certificate: {
          isReady: certificate.isReady(),
          line: certificate.line(),
          health: certificate.health(),
          status: certificate.status?.(),
          ...(certificate.rootFile !== undefined && { rootFile: certificate.rootFile }),
        },
      }),
    });
    if (config.metrics) {
      const { startMetrics } = await import("./app-metrics.ts");
      const counts = new WorkerCounts(pool);
      const facts = {
        version: readVersion(),
        index: () => living?.current,
        sources: () => view().sources,
        unreadablePages: () => living?.status().unreadablePages ?? 0,
        certificate: () => certificate?.status?.(),
        load: () => counts.load,
        ofWorkers: () => counts.read(),
      };
      metrics = await startMetrics(config.metrics, facts, { clock, onError });
    }
    const { followDocumentation } = await import("./follow-documentation.ts");
    const file = new SharedIndex(join(folder, "index.docport"), pool, onError);
    const following = await followDocumentation(config, {
      ...options,
      ...{ log, fleet, failures, clock, signal },
      onEvent(event) {
        if (event.kind === "swapped") file.publish(event.after);
      },
    });
    const { living: followed } = following;
    ({ living, fleetCatalog } = following);
    pool.on("refresh", () => followed.refresh());
    await pool.set("view", view());
    await file.write(followed.current);
    await pool.untilReady();
    options.signal?.throwIfAborted();
    followed.start();
    void tellView(pool, view, { clock, signal });
    const { url, localUrl } = listener;
    return {
      url,
      mcpUrl: `${url}/mcp`,
      localUrl,
      corpusUrls: corpusUrlsUnder(config, url),
      facts: followed.current.facts,
      status: () => followed.status(),
      ...(certificate && { certificate }),
      ...(metrics && { metricsUrl: metrics.url }),
      lost: pool.lost,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }

  async function closeInOrder(): Promise<void> {
    if (fleet && living && config.drainInMs > 0) {
      // As one process does: the balancer has to see first that this replica stops.
      isStopping = true;
      await pool.ask("drain");
      log("info", "server.draining", { forMs: config.drainInMs });
      await Promise.all([living.close(), clock.sleep(config.drainInMs)]);
    }
    ended.abort();
    // The keeper's order may need the workers' ports until it has come to its end, or is saved.
    await Promise.all([listener?.close(), living?.close(), metrics?.close()]);
    await pool.close(CLOSE_GRACE_MS);
    await fleet?.[Symbol.asyncDispose]();
    await gaps?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
}

async function tellView(
  pool: WorkerPool,
  view: () => PrimaryView,
  { clock, signal }: { readonly clock: typeof systemClock; readonly signal: AbortSignal },
): Promise<void> {
  let told = "";
  while (!signal.aborted) {
    const next = view();
    const text = JSON.stringify(next);
    if (text !== told) await pool.set("view", next).catch(() => {});
    told = text;
    await clock.sleep(VIEW_MS, signal).catch(() => {});
  }
}

function createWorkerLog(log: Log): (event: WorkerEvent) => void {
  return (event) => {
    switch (event.kind) {
      case "hung":
        return log("error", "worker.hung", { pid: event.pid });
      case "died":
        return log("error", "worker.died", { pid: event.pid, how: event.how });
      case "replaced":
        return log("info", "worker.replaced", { pid: event.pid });
      case "start-failed":
        return log("error", "worker.not-started", {
          message: messageOf(event.error),
          retryInMs: event.retryInMs,
        });
    }
  };
}
