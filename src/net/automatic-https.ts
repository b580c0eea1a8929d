import { isIP } from "node:net";
import type { CertificateKeyType } from "../acme/certificate-key.ts";
import type { ChallengeResponder } from "../certs/challenges/challenge-responder.ts";
import type { ChallengeSharing } from "../certs/challenges/challenge-sharing.ts";
import { systemDnsLookup } from "../certs/challenges/dns-lookup.ts";
import type { DnsProvider } from "../certs/challenges/dns-provider.ts";
import { dnsResponder } from "../certs/challenges/dns-responder.ts";
import { HttpChallenges } from "../certs/challenges/http-challenges.ts";
import { httpResponder, tlsAlpnResponder } from "../certs/challenges/local-responders.ts";
import { TlsAlpnChallenges } from "../certs/challenges/tls-alpn-challenges.ts";
import type { CertificateAuthority } from "../certs/issuance/certificate-authority.ts";
import type { CertificateEvent } from "../certs/manager/certificate-events.ts";
import { CertificateManager } from "../certs/manager/certificate-manager.ts";
import type { CertificateStatus } from "../certs/manager/certificate-status.ts";
import { dnsAddresses, dnsObserver } from "../certs/observe-dns.ts";
import type { Storage } from "../certs/storage.ts";
import { TicketKeeper } from "../certs/tickets/ticket-keeper.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { DocportError } from "../lib/errors.ts";
import { connectionBudget, MAIN_SHARE, readMachineLimits } from "./connection-budget.ts";
import { type HttpListener, type ListenHttpOptions, listenHttp } from "./http-listener.ts";
import { reachObserver } from "./reach-observer.ts";
import {
  type HttpsListener,
  type ListenHttpsOptions,
  listenHttps,
  type TlsKeyPair,
} from "./tls-listener.ts";
import { createRedirectHandler } from "./tls-redirect.ts";
import { httpSelfCheck, tlsAlpnSelfCheck } from "./tls-self-check.ts";
import type { WebHandler } from "./web-bridge.ts";

/** What both ports need: the one of HTTPS, and the one of the HTTP challenge and the redirect. */
export interface HttpsPortsOptions
  extends Pick<
    ListenHttpsOptions,
    | "host"
    | "port"
    | "handler"
    | "direct"
    | "requestListener"
    | "limits"
    | "pair"
    | "processes"
    | "proxyProtocol"
  > {
  /** DNS names, wildcards, IP addresses: all in one certificate. */
  readonly names: readonly string[];
  /** Port of the HTTP challenge and the redirect. */
  readonly acmePort: number;
  /** Sockets that somebody else has bound, in place of `host` and the two ports. */
  readonly inherited?: { readonly https?: number; readonly http?: number } | undefined;
  /** Port of HTTPS as clients see it. Default: the one that is listened on. */
  readonly publicPort?: number | undefined;
  /** Answers over plain HTTP what need not be redirected; undefined: redirect. */
  readonly plainHandler?: ((request: Request) => Promise<Response> | undefined) | undefined;
  /** Asks others for an answer to a token of HTTP-01 that is not known here. Default: there are none. */
  readonly findAnswer?: ((token: string) => Promise<string | undefined>) | undefined;
  readonly clock?: Clock | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Answers that a CA looks for. */
export interface PlacedAnswers {
  readonly tlsAlpn: TlsAlpnChallenges;
  readonly http: HttpChallenges;
}

/** The ports as the keeper of the certificate sees them, in whichever process they are. */
export interface HttpsPorts {
  readonly listener: Omit<HttpsListener, "swap" | "drain" | typeof Symbol.asyncDispose> & {
    swap(pair: TlsKeyPair): void | Promise<void>;
    /** Absent where other processes listen. */
    drain?(): void;
  };
  readonly plain: PlainPort;
}

export interface AutomaticHttpsOptions extends HttpsPortsOptions {
  readonly storage: Storage;
  /** Other replicas that answer for this one, and it for them. Default: there are none. */
  readonly sharing?: ChallengeSharing | undefined;
  readonly authorities: readonly [CertificateAuthority, ...CertificateAuthority[]];
  /** Who can change DNS; absent: DNS-01 is not used. */
  readonly dnsProvider?: DnsProvider | undefined;
  readonly keyType?: CertificateKeyType | undefined;
  readonly profile?: string | undefined;
  /** Told from the first event on. */
  readonly onEvent?: ((event: CertificateEvent) => void) | undefined;
  /** Ports of other processes, and what they answer. Default: this process listens. */
  readonly remote?: RemotePorts | undefined;
}

export interface RemotePorts {
  readonly answers: PlacedAnswers;
  open(): Promise<HttpsPorts>;
  /** Resolves when what was placed so far is answered by every process. */
  settled(): Promise<void>;
  /** Has them ask for tokens of HTTP-01 that they do not know. */
  findWith(find: (token: string) => Promise<string | undefined>): void;
}

/** HTTPS with a certificate that keeps itself. Disposing of it stops it in an orderly way. */
export interface AutomaticHttps extends AsyncDisposable {
  /** The HTTPS listener as a person on this computer finds it. */
  readonly localUrl: string;
  readonly port: number;
  /** Port of the HTTP challenge and the redirect; absent when it could not be had. */
  readonly acmePort: number | undefined;
  /** Why it could not. HTTPS works without it, and so does TLS-ALPN-01. */
  readonly acmePortProblem: DocportError | undefined;
  readonly manager: CertificateManager;
  status(): CertificateStatus;
  /** Ends each connection with its next answer, and goes on listening. */
  drain(): void;
  close(): Promise<void>;
}

/**
 * Listens on both ports, serves the certificate that is there, and begins to keep it fresh. Resolves
 * without having asked a CA. Rejects with `ERR_LISTEN_*` when the HTTPS port cannot be had.
 */
export async function startAutomaticHttps(options: AutomaticHttpsOptions): Promise<AutomaticHttps> {
  const { names, clock = systemClock, onEvent } = options;
  const { sharing, remote } = options;
  const answers = remote?.answers ?? {
    tlsAlpn: new TlsAlpnChallenges(),
    http: new HttpChallenges(),
  };
  const { tlsAlpn, http } = answers;
  const findAnswer = sharing && ((token: string) => sharing.find(token));
  if (findAnswer) remote?.findWith(findAnswer);
  const { listener, plain } = remote
    ? await remote.open()
    : await openHttpsPorts({ ...options, findAnswer: options.findAnswer ?? findAnswer }, answers);
  const manager = new CertificateManager({
    ...pickIssuance(options),
    clock,
    responders: responders(options, clock, { tlsAlpn, http, listener, plain }),
    observe: observer(names, http, listener),
    addresses: dnsAddresses(names),
    activate: ({ certPem, keyPem }) => listener.swap({ cert: certPem, key: keyPem }),
    prove: (signal) => listener.shownFingerprint(signal),
  });
  if (onEvent) manager.events.subscribe(onEvent);
  const following = sharing?.follow({ http, tlsAlpn });
  const tickets = new TicketKeeper({
    storage: options.storage,
    clock,
    names,
    activate: (key) => listener.useTicketKey(key),
  });
  await Promise.all([manager.start(), tickets.start()]);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeInOrder();
    return closing;
  };
  return {
    localUrl: listener.url,
    port: listener.port,
    acmePort: plain.listener?.port,
    acmePortProblem: plain.problem,
    manager,
    status: () => manager.status(),
    drain() {
      listener.drain?.();
      plain.listener?.drain?.();
    },
    close,
    [Symbol.asyncDispose]: close,
  };

  /** An order that runs needs both listeners until it has come to its end, or is saved. */
  async function closeInOrder(): Promise<void> {
    await manager[Symbol.asyncDispose]();
    await Promise.all([following?.[Symbol.asyncDispose](), tickets[Symbol.asyncDispose]()]);
    await Promise.all([listener.close(), plain.listener?.close()]);
  }
}

/**
 * Listens on both ports. Rejects with `ERR_LISTEN_*` when the HTTPS port cannot be had; without the
 * other one it does.
 */
export async function openHttpsPorts(
  options: HttpsPortsOptions,
  { tlsAlpn, http }: PlacedAnswers,
): Promise<{ readonly listener: HttpsListener; readonly plain: PlainPort }> {
  const { names, clock = systemClock } = options;
  const listener = await listenHttps({
    ...pickListening(options),
    pair: options.pair,
    inheritedFd: options.inherited?.https,
    // Over HTTPS alone: the other port redirects.
    direct: options.direct,
    clock,
    names,
    challenges: tlsAlpn,
  });
  return { listener, plain: await listenPlain(options, http, clock, listener) };
}

/** What may show that the cause of a failure is gone: DNS, or a port that leads to us now. */
function observer(
  names: readonly string[],
  http: HttpChallenges,
  listener: HttpsPorts["listener"],
): (signal: AbortSignal) => Promise<string> {
  const dns = dnsObserver(names);
  const reach = reachObserver({
    addresses: dnsAddresses(names),
    http,
    ownFingerprint: (signal) => listener.shownFingerprint(signal),
  });
  return async (signal) => (await Promise.all([reach(signal), dns()])).join(";");
}

/** The port of the challenge and the redirect, or why it could not be had. */
export interface PlainPort {
  readonly listener?: Pick<HttpListener, "host" | "port" | "close"> &
    Partial<Pick<HttpListener, "drain">>;
  readonly problem?: DocportError;
}

async function listenPlain(
  options: HttpsPortsOptions,
  challenges: HttpChallenges,
  clock: Clock,
  { port }: HttpsListener,
): Promise<PlainPort> {
  const httpsPort = options.publicPort ?? port;
  const redirect = createRedirectHandler({
    challenges,
    names: options.names,
    httpsPort,
    findAnswer: options.findAnswer,
  });
  const handler: WebHandler = (request) => options.plainHandler?.(request) ?? redirect(request);
  const listening: ListenHttpOptions = {
    ...pickListening(options),
    port: options.acmePort,
    inheritedFd: options.inherited?.http,
    clock,
    handler,
    limits: {
      ...connectionBudget(await readMachineLimits(options.processes), 1 - MAIN_SHARE),
      ...options.limits,
    },
  };
  try {
    return { listener: await listenHttp(listening) };
  } catch (error) {
    if (error instanceof DocportError) return { problem: error };
    throw error;
  }
}

/**
 * In the order in which they are tried. TLS-ALPN-01 first, because it needs port 443 only, which is
 * open anyway; but when HTTPS is on another port and HTTP on its own, the CA finds that one. DNS-01
 * last: it needs somebody else's API.
 */
function responders(
  { dnsProvider, publicPort, sharing: ofFleet, remote }: AutomaticHttpsOptions,
  clock: Clock,
  parts: {
    readonly tlsAlpn: TlsAlpnChallenges;
    readonly http: HttpChallenges;
    readonly listener: HttpsPorts["listener"];
    readonly plain: PlainPort;
  },
): ChallengeResponder[] {
  const { tlsAlpn, http, listener, plain } = parts;
  const sharing = remote ? sharingAfter(remote, ofFleet) : ofFleet;
  const tlsSelfCheck = tlsAlpnSelfCheck({ host: listener.host, port: listener.port });
  const found = [tlsAlpnResponder(tlsAlpn, { clock, selfCheck: tlsSelfCheck, sharing })];
  if (plain.listener) {
    const selfCheck = httpSelfCheck({ host: plain.listener.host, port: plain.listener.port });
    const isLikelier = (publicPort ?? listener.port) !== 443 && plain.listener.port === 80;
    found[isLikelier ? "unshift" : "push"](httpResponder(http, { clock, selfCheck, sharing }));
  }
  if (dnsProvider) {
    found.push(dnsResponder({ provider: dnsProvider, lookup: systemDnsLookup(), clock }));
  }
  return found;
}

/** Our own processes answer first, then the other replicas. */
function sharingAfter(
  remote: RemotePorts,
  sharing: ChallengeSharing | undefined,
): Pick<ChallengeSharing, "publish"> {
  return {
    async publish(answer) {
      await remote.settled();
      return (await sharing?.publish(answer)) ?? (async () => {});
    },
  };
}

function pickListening(
  options: HttpsPortsOptions,
): Pick<
  ListenHttpsOptions,
  | "host"
  | "port"
  | "handler"
  | "requestListener"
  | "limits"
  | "processes"
  | "proxyProtocol"
  | "onError"
> {
  const { host, port, handler, requestListener, limits, processes, onError } = options;
  return {
    host,
    port,
    handler,
    processes,
    proxyProtocol: options.proxyProtocol,
    ...(requestListener && { requestListener }),
    ...(limits && { limits }),
    ...(onError && { onError }),
  };
}

function pickIssuance({
  names,
  storage,
  authorities,
  keyType,
  profile,
}: AutomaticHttpsOptions): Pick<
  AutomaticHttpsOptions,
  "names" | "storage" | "authorities" | "keyType" | "profile"
> {
  return { names, storage, authorities, keyType, profile };
}

/** Origin of the first name that a browser can be sent to. */
export function publicOrigin(domains: readonly string[], port: number): string {
  const name = domains.find((one) => !one.startsWith("*.")) ?? domains[0]?.slice(2) ?? "localhost";
  const host = isIP(name) === 6 ? `[${name}]` : name;
  return `https://${host}${port === 443 ? "" : `:${port}`}`;
}
