/**
 * `docport/tls`: HTTPS with a certificate that gets and renews itself, for any server that Node can
 * run, MCP servers of the official SDK among them.
 *
 *     import { serveTls } from "docport/tls";
 *
 *     await using server = await serveTls((request, response) => response.end("Hello\n"), {
 *       domains: ["docs.example.com"],
 *       agreeTos: true, // to the terms of service of the CA, Let's Encrypt
 *     });
 */
import type { RequestListener } from "node:http";
import type { CertificateKeyType } from "../acme/certificate-key.ts";
import type { ExternalAccountBinding } from "../acme/jws.ts";
import type { DnsProvider } from "../certs/challenges/dns-provider.ts";
import { createAuthorities } from "../certs/create-authorities.ts";
import { FileStorage } from "../certs/file-storage.ts";
import type { CertificateEvent } from "../certs/manager/certificate-events.ts";
import type { CertificateStatus } from "../certs/manager/certificate-status.ts";
import type { Storage } from "../certs/storage.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import type { DocportError } from "../lib/errors.ts";
import { publicOrigin, startAutomaticHttps } from "./automatic-https.ts";

export type { CertificateKeyType } from "../acme/certificate-key.ts";
export type { ExternalAccountBinding } from "../acme/jws.ts";
export type { DnsProvider, TxtRecord } from "../certs/challenges/dns-provider.ts";
export { LETS_ENCRYPT, LETS_ENCRYPT_STAGING } from "../certs/create-authorities.ts";
export { FileStorage } from "../certs/file-storage.ts";
export type { CertificateEvent } from "../certs/manager/certificate-events.ts";
export type { CertificateStatus } from "../certs/manager/certificate-status.ts";
export { MemoryStorage } from "../certs/memory-storage.ts";
export type { Storage } from "../certs/storage.ts";
export { DocportError, type ErrorCode } from "../lib/errors.ts";

/** A server on web standards, as the handlers of the MCP SDK are. */
export interface WebServer {
  fetch(request: Request): Response | Promise<Response>;
}

export interface ServeTlsOptions {
  /** DNS names, wildcards, IP addresses: all in one certificate. At least one. */
  readonly domains: readonly string[];
  /** You have agreed to the terms of service of the CA. */
  readonly agreeTos: boolean;
  /** Folder of certificates, keys, account and ledger, or a storage of your own. Default "certs". */
  readonly certs?: string | Storage;
  /** Default "::", every address of this computer. */
  readonly host?: string;
  /** Port of HTTPS. Default 443. */
  readonly port?: number;
  /** Port of the HTTP challenge and of the redirect to HTTPS. Default 80. */
  readonly acmePort?: number;
  /** Directory URL of the CA. Default {@link LETS_ENCRYPT}. */
  readonly directoryUrl?: string;
  /** PEM with the roots that alone are trusted for the CA's own API. Default: those of Node. */
  readonly acmeRoots?: string;
  /** Directory URL of the CA that is asked when the first one is down. */
  readonly fallbackDirectoryUrl?: string;
  readonly email?: string;
  readonly externalAccountBinding?: ExternalAccountBinding;
  /** Who can change DNS; needed for wildcards. */
  readonly dnsProvider?: DnsProvider;
  /** Default "p256". */
  readonly keyType?: CertificateKeyType;
  /** Kind of certificate, by the CA's name for it. */
  readonly profile?: string;
  readonly clock?: Clock;
  /** Told of everything that happens to the certificate, from the first moment on. */
  readonly onCertificate?: (event: CertificateEvent) => void;
  /** Told of what a web server or a response body threw. */
  readonly onError?: (error: unknown) => void;
}

export interface TlsServer extends AsyncDisposable {
  /** `https://docs.example.com`, without a last slash. */
  readonly url: string;
  readonly port: number;
  /** Absent when that port could not be had; {@link acmePortProblem} says why. */
  readonly acmePort: number | undefined;
  /** HTTPS works without port 80; there is no redirect and no HTTP challenge then. */
  readonly acmePortProblem: DocportError | undefined;
  /** How the certificate is. Never throws. */
  status(): CertificateStatus;
  /** Lets running requests and a running order end, then stops. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Serves `server` over HTTPS. Resolves as soon as it listens; the first certificate comes a moment
 * later, and until then clients are shown one that they refuse. Whatever goes wrong with the CA
 * comes out of `onCertificate` and `status()`, never as an exception. Rejects with `ERR_LISTEN_*`
 * when the port cannot be had, with TypeError or RangeError for a name that no certificate can be for.
 */
export async function serveTls(
  server: RequestListener | WebServer,
  options: ServeTlsOptions,
): Promise<TlsServer> {
  const { domains, certs = "certs", host = "::", clock = systemClock } = options;
  if (domains.length === 0) throw new TypeError("serveTls: domains: at least one is expected");
  const { onCertificate, onError } = options;
  const https = await startAutomaticHttps({
    names: domains,
    host,
    port: options.port ?? 443,
    acmePort: options.acmePort ?? 80,
    ...(typeof server === "function"
      ? { requestListener: server, handler: unreachable }
      : { handler: (request: Request) => server.fetch(request) }),
    storage: typeof certs === "string" ? new FileStorage(certs, { clock }) : certs,
    authorities: createAuthorities({
      directoryUrl: options.directoryUrl,
      roots: options.acmeRoots,
      agreeTos: options.agreeTos,
      email: options.email,
      externalAccountBinding: options.externalAccountBinding,
      fallbackDirectoryUrl: options.fallbackDirectoryUrl,
      clock,
      userAgent: "docport",
    }),
    dnsProvider: options.dnsProvider,
    keyType: options.keyType,
    profile: options.profile,
    clock,
    onEvent: onCertificate,
    onError,
  });
  return {
    url: publicOrigin(domains, https.port),
    port: https.port,
    acmePort: https.acmePort,
    acmePortProblem: https.acmePortProblem,
    status: () => https.status(),
    close: () => https.close(),
    [Symbol.asyncDispose]: () => https.close(),
  };
}

function unreachable(): Response {
  return new Response(null, { status: 500 });
}
