import type { CertificateStatus } from "../../certs/manager/certificate-status.ts";
import { describeDuration } from "../../certs/policy/clock-check.ts";
import { describeReason, describeWait } from "../../certs/policy/describe-decision.ts";
import { type Command, EXIT_FAILURE, EXIT_OK } from "../command.ts";
import type { CommandSyntax } from "../command-line.ts";
import { renderHelp } from "../help.ts";
import { printable } from "../terminal.ts";
import { openCertificates, readCertCommandLine } from "./cert-config.ts";
import { CERT_OPTIONS, type CertOptions } from "./cert-options.ts";
import { isoInstant, shortInstant } from "./instants.ts";

const SYNTAX: CommandSyntax<Pick<CertOptions, "json">> = {
  name: "cert status",
  operands: "",
  groups: ["tls", "fleet", "logging"],
  options: { json: CERT_OPTIONS.json },
};

export const certStatusCommand: Command = {
  name: "status",
  summary: "Say how the certificate stands and what happens next.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport cert status --domain docs.example.com", "for a person"],
      ["docport cert status --json", "for a script, with the domain from docport.yaml"],
    ],
    about:
      "Reads the certificates folder and asks nobody. Exits with 1 when there is no certificate that" +
      " clients would accept.",
  }),

  async run(args, context) {
    const { options, config } = await readCertCommandLine(SYNTAX, args, context);
    await using certificates = await openCertificates(config);
    const status = await certificates.folder.status();
    const now = Date.now();
    context.stdout(
      options.json
        ? `${JSON.stringify(statusJson(status, now), null, 2)}\n`
        : statusText(status, now),
    );
    return status.isReady ? EXIT_OK : EXIT_FAILURE;
  },
};

const DAY_MS = 86_400_000;

/** The status with its instants as ISO 8601; what is not known is left out. */
export function statusJson(status: CertificateStatus, now: number): object {
  const { certificate, next, window, failure } = status;
  return {
    ...status,
    ...(certificate && {
      certificate: {
        ...certificate,
        notBefore: isoInstant(certificate.notBefore),
        notAfter: isoInstant(certificate.notAfter),
        daysLeft: Math.floor((certificate.notAfter - now) / DAY_MS),
      },
    }),
    ...(next && { next: { ...next, at: isoInstant(next.at) } }),
    ...(window && {
      window: {
        ...window,
        start: isoInstant(window.start),
        end: isoInstant(window.end),
        renewAt: isoInstant(window.renewAt),
      },
    }),
    ...(failure && {
      failure: { ...failure, at: isoInstant(failure.at), retryAt: isoInstant(failure.retryAt) },
    }),
  };
}

export function statusText(status: CertificateStatus, now: number): string {
  const { certificate, window, failure, ordersLeft, names } = status;
  const rows: (readonly [string, string] | undefined)[] = [
    ["Names", names.join(", ")],
    ["State", STATES[status.state]],
    certificate && ["Issuer", issuerText(certificate)],
    certificate && ["Not before", shortInstant(certificate.notBefore)],
    certificate && [
      "Not after",
      `${shortInstant(certificate.notAfter)} (${leftText(certificate, now)})`,
    ],
    certificate && ["Serial number", certificate.serialNumber],
    ["Next", nextText(status)],
    window && ["CA's window", `${shortInstant(window.start)} to ${shortInstant(window.end)} (ARI)`],
    window?.explanationUrl === undefined ? undefined : ["Explanation", window.explanationUrl],
    failure && ["Last failure", `${shortInstant(failure.at)}: ${failure.sentence}`],
    failure && ["Do this", failure.fix],
    failure?.caWords === undefined ? undefined : ["The CA said", failure.caWords],
    ordersLeft === undefined
      ? undefined
      : ["Limits", `${ordersLeft} more ${ordersLeft === 1 ? "order" : "orders"} allowed now`],
  ];
  return rows
    .filter((row) => row !== undefined)
    .map(([name, text]) => `${name.padEnd(15)}${printable(text)}\n`)
    .join("");
}

const STATES: Readonly<Record<CertificateStatus["state"], string>> = {
  ok: "good",
  expiring: "good, but its renewal is late",
  partial: "not for all of the names",
  expired: "expired",
  missing: "there is none",
};

function issuerText({ issuer, source, ca }: CertificateStatus["certificate"] & object): string {
  if (source === "user") return `${issuer} (put here by somebody, not by docport)`;
  return ca === undefined ? issuer : `${issuer} (${new URL(ca).host})`;
}

function leftText({ notAfter }: CertificateStatus["certificate"] & object, now: number): string {
  const text = describeDuration(Math.abs(notAfter - now));
  return notAfter > now ? `${text} left` : `${text} ago`;
}

function nextText({ next, certificate, window }: CertificateStatus): string {
  if (!next) return "not known";
  if (next.action === "renew") {
    return `${certificate ? "renewal" : "a first certificate"} as soon as the server runs: ${describeReason(next.why ?? "missing")}`;
  }
  if (next.action === "wait") {
    const due = describeReason(next.why ?? "missing");
    return `${shortInstant(next.at)}: due (${due}), but ${describeWait(next.because ?? "retry")}`;
  }
  const why = window ? "drawn in the window that the CA suggested" : "by its lifetime";
  return `renewal on ${shortInstant(next.at)}, ${why}`;
}
