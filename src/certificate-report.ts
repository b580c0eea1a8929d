import type { CertificateEvent } from "./certs/manager/certificate-events.ts";
import type { CertificateStatus } from "./certs/manager/certificate-status.ts";
import { messageOf } from "./lib/errors.ts";
import type { Log, LogFields, LogLevel } from "./lib/log.ts";

const LEVELS: Readonly<Record<CertificateEvent["type"], LogLevel>> = {
  adopted: "info",
  attempt: "info",
  issued: "info",
  renewed: "info",
  failed: "warn",
  waiting: "info",
  swapped: "info",
  "rolled-back": "error",
  quarantined: "warn",
  restored: "warn",
  window: "debug",
  "clock-suspect": "warn",
  "clock-jumped": "warn",
  woken: "info",
  "fail-over": "warn",
  "storage-trouble": "error",
  unexpected: "error",
};

/** A log line `certificate.*` for each event. */
export function logCertificateEvent(log: Log, event: CertificateEvent): void {
  log(LEVELS[event.type], `certificate.${event.type}`, fieldsOf(event));
}

function fieldsOf(event: CertificateEvent): LogFields {
  switch (event.type) {
    case "failed": {
      const { sentence, fix, caWords, type, link } = event.failure;
      return { problem: sentence, fix, caWords, type, link, retryAt: iso(event.retryAt) };
    }
    case "adopted":
      return { names: event.names.join(","), notAfter: iso(event.notAfter) };
    case "issued":
    case "renewed":
      return {
        ca: event.ca,
        serialNumber: event.serialNumber,
        notAfter: iso(event.notAfter),
        exempt: event.exempt,
      };
    case "swapped":
      return { fingerprint256: event.fingerprint256, notAfter: iso(event.notAfter) };
    case "waiting":
      return { until: iso(event.until), because: event.because, why: event.why };
    case "window":
      return {
        start: iso(event.start),
        end: iso(event.end),
        renewAt: iso(event.renewAt),
        explanationUrl: event.explanationUrl,
      };
    case "clock-suspect":
    case "storage-trouble":
      return { problem: event.sentence, fix: event.fix };
    case "unexpected":
      return { message: messageOf(event.error) };
    case "attempt":
    case "rolled-back":
    case "quarantined":
    case "restored":
    case "clock-jumped":
    case "woken":
    case "fail-over":
      break;
  }
  const { type: _, ...fields } = event;
  return fields;
}

/** The state of the certificate in one line, for people. */
export function certificateLine(status: CertificateStatus): string {
  const { certificate, state } = status;
  const problem = status.failure?.sentence ?? status.trouble?.sentence;
  if (!certificate) return `none yet: ${problem ?? "it is being obtained"}`;
  const until = `from ${certificate.issuer}, valid until ${shortDate(certificate.notAfter)}`;
  const why = problem === undefined ? "" : `: ${problem}`;
  if (state === "expired") return `expired on ${shortDate(certificate.notAfter)}${why}`;
  if (state === "expiring") return `${until}, and its renewal is late${why}`;
  if (state === "partial") return `${until}, but not for all names${why}`;
  return until;
}

/** What `/healthz` says about the certificate. */
export function certificateHealth(status: CertificateStatus): Readonly<Record<string, unknown>> {
  const { certificate, failure, trouble, next, names, state } = status;
  const problem = failure ?? trouble;
  return {
    ready: status.isReady,
    certificate: {
      state,
      names,
      ...(certificate && {
        issuer: certificate.issuer,
        serialNumber: certificate.serialNumber,
        notBefore: iso(certificate.notBefore),
        notAfter: iso(certificate.notAfter),
      }),
      ...(next && { next: next.action, nextAt: iso(next.at) }),
      ...(problem && { problem: problem.sentence, fix: problem.fix }),
      ...(failure?.caWords !== undefined && { caWords: failure.caWords }),
    },
  };
}

/** A date far beyond the end of dates is no date. */
function iso(ms: number): string {
  return Math.abs(ms) <= MAX_DATE_MS ? new Date(ms).toISOString() : "never";
}

const MAX_DATE_MS = 8.64e15;

function shortDate(ms: number): string {
  return `${iso(ms).slice(0, 16).replace("T", " ")} UTC`;
}
