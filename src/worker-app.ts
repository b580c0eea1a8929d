import { type App, type AppParts, startApp } from "./app.ts";
import type { AppCertificate, AppListener, AppListenerOptions } from "./app-listener.ts";
import { httpsPorts, localPort } from "./app-listener.ts";
import { HttpChallenges } from "./certs/challenges/http-challenges.ts";
import { TlsAlpnChallenges } from "./certs/challenges/tls-alpn-challenges.ts";
import type { CertificateStatus } from "./certs/manager/certificate-status.ts";
import type { Config } from "./config.ts";
import { createEmbeddings } from "./embeddings.ts";
import type { FollowCatalogOptions } from "./follow-catalog.ts";
import { closestOf } from "./keep-gaps.ts";
import { systemClock } from "./lib/clock.ts";
import type { ErrorCode } from "./lib/errors.ts";
import type { Log } from "./lib/log.ts";
import { IndexFileOrigin } from "./living/index-file-origin.ts";
import { LivingCatalog } from "./living/living-catalog.ts";
import { openIndexFile } from "./load-catalog.ts";
import type { SourceState } from "./metrics/metric-facts.ts";
import { openHttpsPorts, publicOrigin } from "./net/automatic-https.ts";
import type { InheritedSocket } from "./net/inherited-sockets.ts";
import { listenHttps, type TlsKeyPair } from "./net/tls-listener.ts";
import { openListener } from "./open-listener.ts";
import { workerUsagePeers } from "./worker-usage.ts";
import { fromOurBuild } from "./workers/channel.ts";
import type { PrimaryLink } from "./workers/primary-link.ts";

/** What a worker begins with, under the key `task`. */
export interface WorkerTask {
  readonly config: Config;
  readonly sockets: readonly InheritedSocket[];
  /** How many workers there are. */
  readonly count: number;
}

/** What the primary knows and workers show, under the key `view`. */
export interface PrimaryView {
  readonly sources: readonly SourceState[];
  /** Sentences for `/readyz`: why it says no, and what it says beside a yes. */
  readonly unreadyBecause?: readonly string[];
  readonly readyThough?: readonly string[];
  readonly certificate?:
    | (Pick<AppCertificate, "rootFile"> & {
        readonly isReady: boolean;
        readonly line: string;
        readonly health: Readonly<Record<string, unknown>>;
        readonly status: CertificateStatus | undefined;
      })
    | undefined;
}

/** The index file of all workers, under the key `index`. */
export interface SharedIndexFile {
  readonly path: string;
  readonly revision: string;
}

/** Where a worker listens: its answer to `listening`. */
export interface WorkerAddress {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly acme?: { readonly host: string; readonly port: number };
  /** Why there is no `acme`: an `ERR_LISTEN_*`. */
  readonly acmeProblem?: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly hint?: string;
  };
}

export interface WorkerAppOptions {
  readonly link: PrimaryLink;
  readonly createLog: (config: Config) => Log;
  readonly fetch: typeof fetch;
}

/**
 * A server whose documentation and certificate another process keeps: it answers, and asks the
 * primary for everything else. Begins when the primary has said what there is to do. Rejects as
 * `startApp` does, and tells the primary why.
 */
export function startWorkerApp(options: WorkerAppOptions): Promise<App> {
  const { link } = options;
  let tell: (address: WorkerAddress) => void = () => {};
  const address = new Promise<WorkerAddress>((resolve) => {
    tell = resolve;
  });
  const starting = link.begun().then(() => start(options, tell));
  link.on("listening", () => Promise.race([address, starting]));
  link.on("ready", async () => void (await starting));
  return starting;
}

async function start(
  { link, createLog, fetch }: WorkerAppOptions,
  tellAddress: (address: WorkerAddress) => void,
): Promise<App> {
  const { config, sockets, count } = fromOurBuild<WorkerTask>(link.get("task"));
  const log = createLog(config);
  const view = (): PrimaryView =>
    fromOurBuild<PrimaryView | undefined>(link.get("view")) ?? { sources: [] };
  // The primary alone is a replica, where there are some.
  const maxInFlight = Math.ceil(config.maxInFlight / count);
  const ofOne = { ...config, store: undefined, maxInFlight };
  const parts: AppParts = {
    async openListener(given, listening) {
      const told = { link, view, tellAddress };
      const listener = await openWorkerListener(given, { ...listening, processes: count }, told);
      link.on("drain", () => listener.drain?.());
      return listener;
    },
    followCatalog: (given, following) => followPrimary(given, following, link),
    async startMetrics({ load }) {
      const { createWorkerMetrics } = await import("./metrics/create-metrics.ts");
      const observer = createWorkerMetrics();
      link.on("metrics", async () => ({ counted: await observer.read(), load: load() }));
      return { observer, url: "", close: async () => {} };
    },
    onUnanswered: (query, found) =>
      void link.ask("unanswered", { query, closest: closestOf(found) }).catch(() => {}),
    sources: () => view().sources,
    unreadyBecause: () => view().unreadyBecause ?? [],
    readyThough: () => view().readyThough ?? [],
    refresh: () => void link.ask("refresh").catch(() => {}),
    sseRelay: relayThrough(link),
    usagePeers: workerUsagePeers(link),
  };
  return startApp(ofOne, { log, fetch, sockets, parts, now: Date.now });
}

interface Told {
  readonly tellAddress: (address: WorkerAddress) => void;
  readonly link: PrimaryLink;
  readonly view: () => PrimaryView;
}

async function openWorkerListener(
  config: Config,
  options: AppListenerOptions,
  told: Told,
): Promise<AppListener> {
  const { link, tellAddress } = told;
  const isAutomatic = config.tls === "auto" && config.domain.length > 0;
  if (config.tls !== "local" && !isAutomatic) {
    const listener = await openListener(config, options);
    const { hostname: host, port } = new URL(listener.localUrl);
    tellAddress({ url: listener.localUrl, host, port: Number(port) });
    return listener;
  }
  const pair = fromOurBuild<TlsKeyPair | undefined>(link.get("pair"));
  const certificate = certificateOf(told, isAutomatic);
  if (!isAutomatic) {
    const listener = await listenHttps({ ...localPort(config, options), pair });
    followPair(link, listener);
    const { url, host, port } = listener;
    tellAddress({ url, host, port });
    return {
      url: config.publicUrl ?? url,
      localUrl: url,
      certificate,
      drain: () => listener.drain(),
      close: () => listener.close(),
    };
  }
  const answers = { tlsAlpn: new TlsAlpnChallenges(), http: new HttpChallenges() };
  followAnswers(link, answers);
  const findAnswer = async (token: string): Promise<string | undefined> => {
    const found = await link.ask("answer", token).catch(() => undefined);
    return typeof found === "string" ? found : undefined;
  };
  const ports = { ...httpsPorts(config, options), pair, findAnswer };
  const { listener, plain } = await openHttpsPorts(ports, answers);
  followPair(link, listener);
  const { url, host, port } = listener;
  const { problem } = plain;
  const hint = problem?.hint === undefined ? {} : { hint: problem.hint };
  tellAddress({
    ...{ url, host, port },
    ...(plain.listener && { acme: { host: plain.listener.host, port: plain.listener.port } }),
    ...(problem && { acmeProblem: { code: problem.code, message: problem.message, ...hint } }),
  });
  return {
    url: config.publicUrl ?? publicOrigin(config.domain, port),
    localUrl: url,
    certificate,
    drain() {
      listener.drain();
      plain.listener?.drain?.();
    },
    async close() {
      await Promise.all([listener.close(), plain.listener?.close()]);
    },
  };
}

function followPair(
  link: PrimaryLink,
  listener: { swap(pair: TlsKeyPair): void; useTicketKey(key: Buffer): void },
): void {
  link.follow("pair", (pair) => listener.swap(fromOurBuild(pair)));
  link.follow("ticketKey", (key) =>
    listener.useTicketKey(Buffer.from(fromOurBuild<Uint8Array>(key))),
  );
}

function followAnswers(
  link: PrimaryLink,
  { tlsAlpn, http }: { readonly tlsAlpn: TlsAlpnChallenges; readonly http: HttpChallenges },
): void {
  const placed = new Map<string, () => void>();
  link.follow("answer:", (value, key) => {
    placed.get(key)?.();
    placed.delete(key);
    const [, type = "", name = ""] = /^answer:([^:]+):(.*)$/.exec(key) ?? [];
    if (value === undefined) return;
    const remove =
      type === "http"
        ? http.add(name, fromOurBuild(value))
        : tlsAlpn.add(name, fromOurBuild(value));
    placed.set(key, remove);
  });
}

function certificateOf({ view }: Told, isAutomatic: boolean): AppCertificate {
  return {
    isReady: () => view().certificate?.isReady ?? false,
    line: () => view().certificate?.line ?? "unknown",
    health: () => view().certificate?.health ?? {},
    // Of a local CA there is none to show.
    ...(isAutomatic && {
      status: () => {
        const status = view().certificate?.status;
        if (!status) throw new Error("the primary has told no status of the certificate");
        return status;
      },
    }),
  };
}

/** The index file of the primary, opened again when it says that it is another. */
async function followPrimary(
  config: Config,
  options: FollowCatalogOptions,
  link: PrimaryLink,
): Promise<LivingCatalog> {
  const { prepare, onEvent } = options;
  const path = await new Promise<string>((resolve) => {
    link.follow("index", (value) => resolve(fromOurBuild<SharedIndexFile>(value).path));
  });
  const embeddings = createEmbeddings(config, options);
  const open = (): ReturnType<typeof openIndexFile> =>
    openIndexFile({ location: path, name: "index" }, embeddings, options);
  const watch = {
    run: (onChange: () => void, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        link.follow("index", (value) => {
          const { revision } = fromOurBuild<SharedIndexFile>(value);
          if (revision !== living.current.revision) onChange();
        });
        signal.addEventListener("abort", () => resolve(), { once: true });
      }),
  };
  const living = await LivingCatalog.open(
    new IndexFileOrigin(await open(), { name: "index", watch }, open),
    {
      clock: systemClock,
      random: Math.random,
      ...(prepare && { prepare }),
      ...(onEvent && { onEvent }),
    },
  );
  return living;
}

/** Longer than ours are. */
const MAX_SESSION_ID_CHARS = 64;

/** A stream is open in one worker, and its messages come to any: all are asked whose it is. */
function relayThrough(link: PrimaryLink): AppParts["sseRelay"] {
  const sessions = new Map<string, Parameters<AppParts["sseRelay"]["register"]>[1]>();
  link.on("sse-has", (sessionId) => sessions.has(fromOurBuild(sessionId)));
  link.on("sse-message", (value) => {
    const { sessionId, message } = fromOurBuild<{ sessionId: string; message: unknown }>(value);
    const take = sessions.get(sessionId);
    take?.(fromOurBuild(message));
    return take !== undefined;
  });
  return {
    register(sessionId, onMessage) {
      sessions.set(sessionId, onMessage);
      return () => void sessions.delete(sessionId);
    },
    relay: async (sessionId, message) =>
      sessionId.length <= MAX_SESSION_ID_CHARS &&
      (await link.ask("sse-relay", { sessionId, message }).catch(() => false)) === true,
  };
}
