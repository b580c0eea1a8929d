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
import { type HttpsListener, type ListenHttpsOptions, listenHttps } from "./tls-listener.ts";
import { createRedirectHandler } from "./tls-redirect.ts";
import { httpSelfCheck, tlsAlpnSelfCheck } from "./tls-self-check.ts";
import type { WebHandler } from "./web-bridge.ts";

export interface AutomaticHttpsOptions
  extends Pick<
    ListenHttpsOptions,
    "host" | "port" | "handler" | "direct" | "requestListener" | "limits"
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
  readonly storage: Storage;
  /** Other replicas that answer for this one, and it for them. Default: there are none. */
  readonly sharing?: ChallengeSharing | undefined;
  readonly authorities: readonly [CertificateAuthority, ...CertificateAuthority[]];
  /** Who can change DNS; absent: DNS-01 is not used. */
  readonly dnsProvider?: DnsProvider | undefined;
  readonly keyType?: CertificateKeyType | undefined;
  readonly profile?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Told from the first event on. */
  readonly onEvent?: ((event: CertificateEvent) => void) | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
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
  const tlsAlpn = new TlsAlpnChallenges();
  const http = new HttpChallenges();
  const listener = await listenHttps({
    ...pickListening(options),
    inheritedFd: options.inherited?.https,
    // Over HTTPS alone: the other port redirects.
    direct: options.direct,
    clock,
    names,
    challenges: tlsAlpn,
  });
  const plain = await listenPlain(options, http, clock, listener);
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
  const following = options.sharing?.follow({ http, tlsAlpn });
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
      listener.drain();
      plain.listener?.drain();
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

/** What may show that the cause of a failure is gone: DNS, or a port that leads to us now. */
function observer(
  names: readonly string[],
  http: HttpChallenges,
  listener: HttpsListener,
): (signal: AbortSignal) => Promise<string> {
  const dns = dnsObserver(names);
  const reach = reachObserver({
    addresses: dnsAddresses(names),
    http,
    ownFingerprint: (signal) => listener.shownFingerprint(signal),
  });
  return async (signal) => (await Promise.all([reach(signal), dns()])).join(";");
}

interface PlainPort {
  readonly listener?: HttpListener;
  readonly problem?: DocportError;
}

async function listenPlain(
  options: AutomaticHttpsOptions,
  challenges: HttpChallenges,
  clock: Clock,
  { port }: HttpsListener,
): Promise<PlainPort> {
  const { sharing } = options;
  const httpsPort = options.publicPort ?? port;
  const redirect = createRedirectHandler({
    challenges,
    names: options.names,
    httpsPort,
    findAnswer: sharing && ((token) => sharing.find(token)),
  });
  const handler: WebHandler = (request) => options.plainHandler?.(request) ?? redirect(request);
  const listening: ListenHttpOptions = {
    ...pickListening(options),
    port: options.acmePort,
    inheritedFd: options.inherited?.http,
    clock,
    handler,
    limits: { ...connectionBudget(await readMachineLimits(), 1 - MAIN_SHARE), ...options.limits },
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
  { dnsProvider, publicPort, sharing }: AutomaticHttpsOptions,
  clock: Clock,
  parts: {
    readonly tlsAlpn: TlsAlpnChallenges;
    readonly http: HttpChallenges;
    readonly listener: HttpsListener;
    readonly plain: PlainPort;
  },
): ChallengeResponder[] {
  const { tlsAlpn, http, listener, plain } = parts;
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

function pickListening(
  options: AutomaticHttpsOptions,
): Pick<
  ListenHttpsOptions,
  "host" | "port" | "handler" | "direct" | "requestListener" | "limits" | "onError"
> {
  const { host, port, handler, requestListener, limits, onError } = options;
  return {
    host,
    port,
    handler,
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
