import { Gauge, type Registry } from "prom-client";
import type { CertificateStatus } from "../certs/manager/certificate-status.ts";

const STATES: readonly CertificateStatus["state"][] = [
  "ok",
  "expiring",
  "partial",
  "expired",
  "missing",
];
/** A CA words its own problem types. */
const MAX_TYPE_CHARS = 100;

/** How the certificate is. Nothing of it is there when the server keeps none. */
export function addCertificateMetrics(
  registry: Registry,
  certificate: () => CertificateStatus | undefined,
): void {
  const gauge = (
    name: string,
    help: string,
    read: (status: CertificateStatus) => number | undefined,
  ): void => {
    const made = new Gauge({
      name,
      help,
      registers: [registry],
      collect: () => {
        const status = certificate();
        const value = status && read(status);
        if (value === undefined || !Number.isFinite(value)) made.remove();
        else made.set(value);
      },
    });
  };
  gauge(
    "docport_certificate_ready",
    "1 when clients are served with a certificate that they can accept, 0 when not.",
    ({ isReady }) => (isReady ? 1 : 0),
  );
  gauge(
    "docport_certificate_not_after_timestamp_seconds",
    "Until when the certificate that is served is valid.",
    ({ certificate: served }) => served && served.notAfter / 1_000,
  );
  gauge(
    "docport_certificate_next_renewal_timestamp_seconds",
    "When the next attempt at a certificate is made.",
    nextRenewal,
  );
  gauge(
    "docport_certificate_failures",
    "Attempts that failed since the last certificate.",
    ({ failure }) => failure?.count ?? 0,
  );
  gauge(
    "docport_certificate_orders_left",
    "How many more orders the CA's rate limits allow now, as far as they are known.",
    ({ ordersLeft }) => ordersLeft,
  );
  addStates(registry, certificate);
  addLastFailure(registry, certificate);
}

/** Where the CA suggests a time, that is the instant; else the next time that it is looked at. */
function nextRenewal({ next, window }: CertificateStatus): number | undefined {
  const at = next?.action === "nothing" ? (window?.renewAt ?? next.at) : next?.at;
  return at === undefined ? undefined : at / 1_000;
}

function addStates(registry: Registry, certificate: () => CertificateStatus | undefined): void {
  const states = new Gauge({
    name: "docport_certificate_state",
    help: "1 for the state that the certificate is in, 0 for the others.",
    labelNames: ["state"] as const,
    registers: [registry],
    collect: () => {
      states.reset();
      const status = certificate();
      if (!status) return;
      for (const state of STATES) states.set({ state }, status.state === state ? 1 : 0);
    },
  });
}

function addLastFailure(
  registry: Registry,
  certificate: () => CertificateStatus | undefined,
): void {
  const lastFailure = new Gauge({
    name: "docport_certificate_last_failure_timestamp_seconds",
    help: "When the last attempt failed, if none has succeeded since; the label has the error.",
    labelNames: ["error"] as const,
    registers: [registry],
    collect: () => {
      lastFailure.reset();
      const failure = certificate()?.failure;
      if (failure) {
        lastFailure.set({ error: failure.type.slice(0, MAX_TYPE_CHARS) }, failure.at / 1_000);
      }
    },
  });
}
