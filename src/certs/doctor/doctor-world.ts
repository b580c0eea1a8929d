import type { CaaRecord } from "node:dns";
import type { Directory } from "../../acme/directory.ts";
import type { Clock } from "../../lib/clock.ts";
import type { DocportError } from "../../lib/errors.ts";
import type { CertificateStatus } from "../manager/certificate-status.ts";
import type { Storage } from "../storage.ts";

/** What the doctor asks DNS; Node's `Resolver` answers it. */
export interface DoctorResolver {
  resolve4(name: string): Promise<readonly string[]>;
  resolve6(name: string): Promise<readonly string[]>;
  resolveCaa(name: string): Promise<readonly CaaRecord[]>;
}

/** What a port of this computer is like. */
export type PortProbe =
  /** We may listen on it, and do until it is closed. */
  | { readonly kind: "ours"; readonly close: () => Promise<void> }
  | { readonly kind: "closed"; readonly error: DocportError };

export interface HttpQuestion {
  /** Where to connect; undefined: wherever the host name leads. */
  readonly address?: string;
  readonly port: number;
  readonly host: string;
  readonly path: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly location: string | undefined;
  /** The first kilobyte. */
  readonly body: string;
}

/** Everything that the doctor may look at. Each probe may fail, and may take its time. */
export interface DoctorWorld {
  readonly clock: Clock;
  readonly resolver: DoctorResolver;
  /** Addresses of this computer's own interfaces. */
  readonly ownAddresses: () => readonly string[];
  /** The CA's directory, and the CA's clock minus ours in ms. */
  readonly askCa: (
    signal: AbortSignal,
  ) => Promise<{ readonly directory: Directory; readonly clockOffsetMs: number | undefined }>;
  /** The URL of our account there, when there is one. */
  readonly accountUrl: () => Promise<string | undefined>;
  /** Listens on the port and answers every path with its last part; all addresses of the host. */
  readonly listen: (port: number) => Promise<PortProbe>;
  /** One GET over plain HTTP, no redirect followed. */
  readonly get: (question: HttpQuestion, signal: AbortSignal) => Promise<HttpAnswer>;
  readonly storage: Storage;
  /** The text of /proc/self/mountinfo; undefined where there is none. */
  readonly mountInfo: () => Promise<string | undefined>;
  readonly status: () => Promise<CertificateStatus>;
  /** 0 to 1. */
  readonly random: () => number;
}

/** What the settings say. */
export interface DoctorCase {
  readonly names: readonly string[];
  /** The port that is listened on for HTTPS. */
  readonly port: number;
  /** The port of the HTTP challenge and the redirect. */
  readonly acmePort: number;
  /** Absolute path of the folder of certificates. */
  readonly certs: string;
  /** Challenge types that can work here. */
  readonly challenges: readonly string[];
  /** Host of the CA's directory, to name it by. */
  readonly ca: string;
  readonly profile: string | undefined;
  readonly hasAccountBinding: boolean;
}

/** Where the CA comes to for HTTP-01 and TLS-ALPN-01 (RFC 8555 §8.3, RFC 8737 §3). */
export const PUBLIC_HTTP_PORT = 80;
export const PUBLIC_HTTPS_PORT = 443;

const PROBE_MS = 5_000;

/** Runs one probe with a deadline of five seconds; rejects when it is over, or with the probe's error. */
export async function probe<T>(
  clock: Clock,
  outer: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const over = new AbortController();
  const timer = new AbortController();
  const signal = AbortSignal.any([outer, over.signal]);
  clock.sleep(PROBE_MS, timer.signal).then(
    () => over.abort(new Error("no answer within five seconds")),
    () => {},
  );
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([run(signal), aborted]);
  } finally {
    timer.abort();
  }
}
