import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type App, type AppOptions, readyThough, sourceStates } from "./app.ts";
import type { AppListener } from "./app-listener.ts";
import type { AppMetrics } from "./app-metrics.ts";
import type { IndexedCatalog } from "./catalog/open-catalog.ts";
import { HttpChallenges } from "./certs/challenges/http-challenges.ts";
import { type TlsAlpnAnswer, TlsAlpnChallenges } from "./certs/challenges/tls-alpn-challenges.ts";
import type { Config } from "./config.ts";
import type { FollowCatalogOptions } from "./follow-catalog.ts";
import { keepGaps } from "./keep-gaps.ts";
import { writeFileAtomic } from "./lib/atomic-file.ts";
import { systemClock } from "./lib/clock.ts";
import { DocportError, messageOf } from "./lib/errors.ts";
import type { Log } from "./lib/log.ts";
import type { FleetCatalog } from "./living/fleet-catalog.ts";
import type { FollowedCatalog } from "./living/living-catalog.ts";
import type { WorkerMetricObjects } from "./metrics/metric-facts.ts";
import type { HttpsPorts, RemotePorts } from "./net/automatic-https.ts";
import { loopbackOf } from "./net/listen-on.ts";
import { shownFingerprint } from "./net/tls-listener.ts";
import { openListener } from "./open-listener.ts";
import { corpusUrlsUnder } from "./publications.ts";
import type { MergeSegments } from "./search/merge-segments.ts";
import type { Fleet } from "./store/open-fleet.ts";
import { readVersion } from "./version.ts";
import type { PrimaryView, SharedIndexFile, WorkerAddress, WorkerTask } from "./worker-app.ts";
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
  const module = new URL(`./cli/worker${extname(import.meta.url)}`, import.meta.url);
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
    const { createLivingLog } = await import("./living-log.ts");
    const { mergeElsewhere } = await import("./living/merge-thread.ts");
    const file = new SharedIndex(join(folder, "index.docport"), pool, onError);
    const merge: MergeSegments = (segments) =>
      mergeElsewhere(segments, {
        onFailure: (error) => log("warn", "merge.no-thread", { message: messageOf(error) }),
      });
    const logLiving = createLivingLog(log);
    const following: FollowCatalogOptions = {
      ...options,
      clock,
      signal,
      onEvent(event) {
        logLiving(event);
        if (event.kind === "swapped") file.publish(event.after);
        if (event.kind !== "source-failed") return;
        const { name } = event.source;
        failures.set(name, (failures.get(name) ?? 0) + 1);
      },
      merge,
      onUnused: (message) => log("debug", "index.not-used", { message }),
    };
    let followed: FollowedCatalog;
    if (fleet) {
      const { followFleet } = await import("./follow-fleet.ts");
      fleetCatalog = await followFleet(config, { ...following, shelf: fleet.shelf, log });
      followed = fleetCatalog;
    } else {
      const { followCatalog } = await import("./follow-catalog.ts");
      followed = await followCatalog(config, following);
    }
    living = followed;
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

/** The ports that the workers listen on. What is answered on them all workers answer. */
function remotePorts(pool: WorkerPool, { domain }: Config): RemotePorts {
  const [name = "localhost"] = domain;
  let placing: Promise<unknown> = Promise.resolve();
  const place: Place = (key, value) => {
    // All hear of everything in the order in which it was said.
    placing = pool.set(key, value).catch(() => {});
    return () => void pool.delete(key).catch(() => {});
  };
  return {
    answers: { http: new SharedHttp(place), tlsAlpn: new SharedTlsAlpn(place) },
    async settled() {
      await placing;
    },
    findWith: (find) => pool.on("answer", (token) => find(String(token))),
    async open(): Promise<HttpsPorts> {
      const addresses = fromOurBuild<WorkerAddress[]>(await pool.start("listening"));
      const [address] = addresses;
      if (!address) throw new RangeError("a pool has at least one worker");
      const { url, host, port, acme, acmeProblem } = address;
      // Workers close their ports themselves, when their requests have ended.
      const close = async (): Promise<void> => {};
      return {
        listener: {
          url,
          host,
          port,
          swap: (pair) => pool.set("pair", pair),
          useTicketKey: (key) => void pool.set("ticketKey", key).catch(() => {}),
          shownFingerprint: (signal) => shownFingerprint(loopbackOf(host), port, name, signal),
          close,
        },
        plain: {
          ...(acme && { listener: { ...acme, close } }),
          ...(acmeProblem && { problem: toDocportError(acmeProblem) }),
        },
      };
    },
  };
}

type Place = (key: string, value: unknown) => () => void;

class SharedHttp extends HttpChallenges {
  readonly #place: Place;

  constructor(place: Place) {
    super();
    this.#place = place;
  }

  override add(token: string, keyAuthorization: string): () => void {
    return both(
      super.add(token, keyAuthorization),
      this.#place(`answer:http:${token}`, keyAuthorization),
    );
  }
}

class SharedTlsAlpn extends TlsAlpnChallenges {
  readonly #place: Place;

  constructor(place: Place) {
    super();
    this.#place = place;
  }

  override add(serverName: string, answer: TlsAlpnAnswer): () => void {
    return both(super.add(serverName, answer), this.#place(`answer:alpn:${serverName}`, answer));
  }
}

function both(one: () => void, other: () => void): () => void {
  return () => {
    one();
    other();
  };
}

function toDocportError(sent: NonNullable<WorkerAddress["acmeProblem"]>): DocportError {
  const { code, message, hint } = sent;
  return new DocportError(code, message, hint === undefined ? {} : { hint });
}

/** The index file that all workers have open; replaced as a whole. */
class SharedIndex {
  readonly #path: string;
  readonly #pool: WorkerPool;
  readonly #onError: (error: unknown) => void;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, pool: WorkerPool, onError: (error: unknown) => void) {
    this.#path = path;
    this.#pool = pool;
    this.#onError = onError;
  }

  /** Rejects with `ERR_INDEX_WRITE`. */
  async write({ index, revision }: IndexedCatalog): Promise<void> {
    try {
      await writeFileAtomic(this.#path, index.toBytes(), { mode: 0o600 });
    } catch (cause) {
      const message = `the index for the workers cannot be written: ${messageOf(cause)}`;
      const hint =
        "Check that the folder for temporary files (TMPDIR) may be written and has room.";
      throw new DocportError("ERR_INDEX_WRITE", message, { cause, hint });
    }
    const file: SharedIndexFile = { path: this.#path, revision };
    await this.#pool.set("index", file);
  }

  /** In turn; what fails leaves the workers with what they have. */
  publish(catalog: IndexedCatalog): void {
    this.#writing = this.#writing.then(() => this.write(catalog)).catch(this.#onError);
  }
}

interface WorkerCount {
  readonly counted: WorkerMetricObjects;
  readonly load: { readonly inFlight: number; readonly openStreams: number };
}

/** What the workers have counted, and what they are at. */
class WorkerCounts {
  readonly #pool: WorkerPool;
  #load = { inFlight: 0, openStreams: 0 };

  constructor(pool: WorkerPool) {
    this.#pool = pool;
  }

  get load(): { readonly inFlight: number; readonly openStreams: number } {
    return this.#load;
  }

  async read(): Promise<WorkerMetricObjects[]> {
    const answers = fromOurBuild<WorkerCount[]>(await this.#pool.ask("metrics"));
    const sum = (key: "inFlight" | "openStreams"): number =>
      answers.reduce((all, { load }) => all + load[key], 0);
    this.#load = { inFlight: sum("inFlight"), openStreams: sum("openStreams") };
    return answers.map(({ counted }) => counted);
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
