import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { certificateHealth, certificateLine, logCertificateEvent } from "./certificate-report.ts";
import { createAuthorities, LETS_ENCRYPT_STAGING } from "./certs/create-authorities.ts";
import { createDnsProvider } from "./certs/create-dns-provider.ts";
import { FileStorage } from "./certs/file-storage.ts";
import type { CertificateAuthority } from "./certs/issuance/certificate-authority.ts";
import { LOCAL_CA_CERT_KEY, openLocalCa } from "./certs/local-ca.ts";
import { keepLocalCertificate } from "./certs/local-certificate.ts";
import { LOCAL_NAMES } from "./certs/local-names.ts";
import type { CertificateEvent } from "./certs/manager/certificate-events.ts";
import type { CertificateStatus } from "./certs/manager/certificate-status.ts";
import { TICKET_KEY_BYTES } from "./certs/tickets/ticket-keys.ts";
import { judgeVolatility } from "./certs/volatile-folder.ts";
import type { Config } from "./config.ts";
import { isProbePath } from "./http/probe-paths.ts";
import { type Clock, systemClock } from "./lib/clock.ts";
import { DocportError, messageOf } from "./lib/errors.ts";
import type { Log } from "./lib/log.ts";
import {
  type AutomaticHttps,
  type HttpsPortsOptions,
  publicOrigin,
  type RemotePorts,
  startAutomaticHttps,
} from "./net/automatic-https.ts";
import { assignSockets, type InheritedSocket } from "./net/inherited-sockets.ts";
import { type ListenHttpsOptions, listenHttps } from "./net/tls-listener.ts";
import type { DirectHandler, WebHandler } from "./net/web-bridge.ts";
import { limitsOf } from "./open-listener.ts";
import type { Fleet } from "./store/open-fleet.ts";
import { readVersion } from "./version.ts";

/** The server's certificate, for whoever shows it. */
export interface AppCertificate {
  /** Whether clients are served with a certificate that they can accept. */
  isReady(): boolean;
  /** Its state in one line. */
  line(): string;
  /** All that is known of it; absent for one of a local CA. */
  readonly status?: () => CertificateStatus;
  /** Its state for `/healthz`. */
  health(): Readonly<Record<string, unknown>>;
  /** File that a computer has to trust first; only of a local CA. */
  readonly rootFile?: string;
}

/** Where the server listens. */
export interface AppListener {
  /** Origin under which clients reach it. */
  readonly url: string;
  /** Where it listens, as a person on this computer finds it. */
  readonly localUrl: string;
  readonly certificate?: AppCertificate;
  /** Ends each connection with its next answer, and goes on listening. Not where workers listen. */
  drain?(): void;
  close(): Promise<void>;
}

export interface AppListenerOptions {
  readonly handler: WebHandler;
  /** Is shown every request first; not those that are redirected to HTTPS. */
  readonly direct?: DirectHandler | undefined;
  readonly log: Log;
  readonly onError: (error: unknown) => void;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Sockets that a supervisor opened, in place of host and ports. Default: none. */
  readonly sockets?: readonly InheritedSocket[] | undefined;
  /** Ports of other processes, for which this one keeps the certificate. Default: it listens itself. */
  readonly remote?: RemotePorts | undefined;
  /** Processes that do the same on this machine. Default 1. */
  readonly processes?: number | undefined;
  /** Default: this machine is alone. */
  readonly fleet?: Fleet | undefined;
}

/** Opens HTTPS as the settings ask for it: with a certificate that keeps itself, or for this computer. */
export async function openSecureListener(
  config: Config,
  options: AppListenerOptions,
): Promise<AppListener> {
  return config.tls === "local" ? openLocal(config, options) : openAutomatic(config, options);
}

async function openAutomatic(config: Config, options: AppListenerOptions): Promise<AppListener> {
  const { log } = options;
  const https: AutomaticHttps = await startConfiguredHttps(config, {
    ...options,
    onEvent: (event) => logCertificateEvent(log, event),
  });
  log("debug", "acme.listening", { port: https.acmePort });
  if (https.acmePortProblem) logAcmePort(log, https.acmePortProblem);
  await warnOfVolatility(config, log);
  return {
    url: config.publicUrl ?? publicOrigin(config.domain, https.port),
    localUrl: https.localUrl,
    certificate: {
      isReady: () => https.status().isReady,
      line: () => certificateLine(https.status()),
      status: () => https.status(),
      health: () => certificateHealth(https.status()),
    },
    drain: () => https.drain(),
    close: () => https.close(),
  };
}

/** Automatic HTTPS as the settings want it; rejects as `startAutomaticHttps` does. */
export async function startConfiguredHttps(
  config: Config,
  options: Omit<AppListenerOptions, "log"> & {
    readonly onEvent: (event: CertificateEvent) => void;
  },
): Promise<AutomaticHttps> {
  const { keyType, profile } = config;
  const { onEvent, fleet, clock = systemClock } = options;
  return await startAutomaticHttps({
    ...httpsPorts(config, options),
    remote: options.remote,
    storage: fleet?.storage ?? new FileStorage(config.certs, { clock }),
    sharing: fleet?.sharing,
    authorities: await authoritiesOf(config, clock),
    dnsProvider: createDnsProvider(config, clock),
    keyType,
    profile,
    clock,
    onEvent,
  });
}

/** Both ports, as the settings want them. Throws `ERR_LISTEN_INHERITED`. */
export function httpsPorts(
  config: Config,
  options: Omit<AppListenerOptions, "log" | "remote">,
): HttpsPortsOptions {
  const { host, port, acmePort, domain, publicUrl, proxyProtocol } = config;
  const { handler, direct, onError, processes, sockets = [], clock = systemClock } = options;
  const { main: https, plain: http } = assignSockets(sockets, "https", true);
  return {
    names: domain,
    host,
    port,
    acmePort,
    inherited: {
      ...(https !== undefined && { https }),
      ...(http !== undefined && { http }),
    },
    publicPort: publicUrl === undefined ? undefined : Number(new URL(publicUrl).port || 443),
    handler,
    direct,
    limits: limitsOf(config),
    proxyProtocol,
    processes,
    plainHandler: (request) =>
      isProbePath(new URL(request.url).pathname) ? Promise.resolve(handler(request)) : undefined,
    clock,
    onError,
  };
}

/** The CAs that the settings name. Rejects with `ERR_CONFIG_INVALID` when `acmeRoot` is no roots. */
export async function authoritiesOf(
  config: Config,
  clock: Clock = systemClock,
): Promise<readonly [CertificateAuthority, ...CertificateAuthority[]]> {
  const { eabKid: kid, eabHmac: hmacKey } = config;
  return createAuthorities({
    directoryUrl: config.staging ? LETS_ENCRYPT_STAGING : config.acmeDirectory,
    roots: await readRoots(config.acmeRoot),
    agreeTos: config.agreeTos,
    email: config.email,
    ...(kid !== undefined && hmacKey !== undefined && { externalAccountBinding: { kid, hmacKey } }),
    fallbackDirectoryUrl: config.fallbackDirectory,
    clock,
    userAgent: `docport/${readVersion()}`,
  });
}

async function openLocal(config: Config, options: AppListenerOptions): Promise<AppListener> {
  const { clock = systemClock, onError } = options;
  const ca = await openLocalCa(new FileStorage(config.certs, { clock }), clock);
  const listener = options.remote
    ? (await options.remote.open()).listener
    : await listenHttps(localPort(config, options));
  const kept = await keepLocalCertificate({
    ca,
    clock,
    onError,
    async activate({ certPem, keyPem }) {
      await listener.swap({ cert: certPem, key: keyPem });
      listener.useTicketKey(randomBytes(TICKET_KEY_BYTES));
    },
  });
  return {
    url: config.publicUrl ?? listener.url,
    localUrl: listener.url,
    certificate: {
      isReady: () => true,
      line: () => "from this computer's own CA",
      health: () => ({ ready: true, certificate: { state: "ok", names: LOCAL_NAMES } }),
      rootFile: join(config.certs, LOCAL_CA_CERT_KEY),
    },
    drain: () => listener.drain?.(),
    async close() {
      await kept[Symbol.asyncDispose]();
      await listener.close();
    },
  };
}

/** The port of HTTPS for this computer, as the settings want it. Throws `ERR_LISTEN_INHERITED`. */
export function localPort(
  config: Config,
  options: Omit<AppListenerOptions, "log" | "remote">,
): ListenHttpsOptions {
  const { host, port, proxyProtocol } = config;
  const { handler, direct, onError, processes, clock = systemClock } = options;
  const { main: inheritedFd } = assignSockets(options.sockets ?? [], "https", false);
  const limits = limitsOf(config);
  const names = LOCAL_NAMES;
  const taken = { host, port, inheritedFd, proxyProtocol, limits, processes };
  const listening = { ...taken, handler, direct, onError };
  // HSTS would take plain HTTP away from every other program on localhost.
  return { ...listening, clock, names, hsts: false };
}

function logAcmePort(log: Log, { message, hint }: DocportError): void {
  log("warn", "acme-port.closed", {
    problem: `${message}; there is no redirect to HTTPS, and no HTTP challenge`,
    fix: hint?.replaceAll("--port", "--acme-port"),
  });
}

/** Each restart would cost a certificate, and there are five a week. Linux only. */
async function warnOfVolatility({ certs }: Config, log: Log): Promise<void> {
  const mounts = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  const volatile = judgeVolatility(mounts, certs);
  if (!volatile) return;
  log("warn", "certificates.volatile", { problem: volatile.sentence, fix: volatile.fix });
}

async function readRoots(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    const text = await readFile(path, "utf8");
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  } catch (error) {
    throw unusableRoots(path, messageOf(error), error);
  }
  throw unusableRoots(path, "there is no CERTIFICATE block in it");
}

function unusableRoots(path: string, why: string, cause?: unknown): DocportError {
  return new DocportError("ERR_CONFIG_INVALID", `acmeRoot: ${path} cannot be used: ${why}`, {
    cause,
    hint: "Name a PEM file with the root certificates of the CA's own server.",
  });
}
