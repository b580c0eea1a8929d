import type { CatalogFacts } from "./catalog/catalog.ts";
import type { CertificateStatus } from "./certs/manager/certificate-status.ts";
import type { LivingStatus } from "./living/living-status.ts";
import type { ServerStatus } from "./mcp/server-status.ts";
import type { SourceState } from "./metrics/metric-facts.ts";

export interface ServerState {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Of what the caller sees, which may be less than there is. */
  readonly facts: CatalogFacts;
  /** Absent when the caller does not see everything. */
  readonly sources: readonly SourceState[] | undefined;
  /** Undefined when the server keeps none. */
  readonly certificate: CertificateStatus | undefined;
}

/** The state of index and certificate in sentences. */
export function describeServer({ now, facts, sources, certificate }: ServerState): ServerStatus {
  return {
    isReady: certificate?.isReady ?? true,
    index: [
      `The index holds ${count(facts.pageCount, "page")} in ${count(facts.sectionCount, "section")}. It was built ${ago(facts.builtAt, now)}.`,
      ...(sources ?? []).filter(({ isUp }) => !isUp).map((source) => describeFailing(source, now)),
    ],
    certificate: certificate ? describeCertificate(certificate, now) : [],
  };
}

/** What fails and since when, without a name, for everybody to read. */
export function describeFailures({ sources, failure }: LivingStatus): string[] {
  const since = (at: number): string => new Date(at).toISOString();
  return [
    ...sources.flatMap((source) =>
      source.failure
        ? [`A source cannot be read since ${since(source.failure.since)}; what it had is served.`]
        : [],
    ),
    ...(failure
      ? [`No new index can be made since ${since(failure.since)}; the last one is served.`]
      : []),
  ];
}

function describeFailing(
  { name, readAt, failures, failingSince }: SourceState,
  now: number,
): string {
  const served =
    readAt === undefined
      ? "nothing of it is served yet"
      : `what is served of it was read ${ago(readAt, now)}`;
  const since = failingSince === undefined ? "" : ` since ${date(failingSince)}`;
  return `The source ${name} cannot be read${since} (${count(failures, "failure")} since the start); ${served}.`;
}

function describeCertificate(status: CertificateStatus, now: number): string[] {
  const { certificate, state, names, next, failure, trouble, ordersLeft } = status;
  const lines: string[] = [];
  if (!certificate) lines.push(`There is no certificate for ${names.join(", ")} yet.`);
  else if (state === "expired") {
    lines.push(`The certificate expired ${ago(certificate.notAfter, now)}; clients refuse it.`);
  } else {
    lines.push(
      `The certificate is from ${certificate.issuer} and is valid until ${date(certificate.notAfter)}, ${span(certificate.notAfter - now)} from now.`,
    );
  }
  if (state === "partial") lines.push("It does not have all of the names; another one is needed.");
  if (state === "expiring") lines.push("It should have been renewed by now.");
  if (failure) {
    lines.push(
      `The last attempt failed ${ago(failure.at, now)}: ${sentence(failure.sentence)} What to do: ${sentence(failure.fix)}`,
    );
  }
  if (trouble) lines.push(`${sentence(trouble.sentence)} What to do: ${sentence(trouble.fix)}`);
  if (next && Number.isFinite(next.at)) lines.push(nextSentence(next, now));
  if (ordersLeft !== undefined) {
    lines.push(`The CA's limits allow ${count(ordersLeft, "more order")} now.`);
  }
  return lines;
}

function nextSentence(next: NonNullable<CertificateStatus["next"]>, now: number): string {
  if (next.action === "renew") return "It is being obtained now.";
  const when = `${date(next.at)}, ${span(next.at - now)} from now`;
  return next.action === "wait"
    ? `The next attempt is made on ${when}.`
    : `Nothing has to be done before ${when}.`;
}

function ago(at: number, now: number): string {
  return `${span(now - at)} ago (${date(at)})`;
}

const MINUTE_MS = 60_000;
const UNITS: readonly (readonly [name: string, sizeMs: number])[] = [
  ["day", 1_440 * MINUTE_MS],
  ["hour", 60 * MINUTE_MS],
  ["minute", MINUTE_MS],
];

/** `3 days`, `5 hours`, `1 minute`; to one unit, as people say it. */
function span(ms: number): string {
  const [name, size] = UNITS.find(([, sizeMs]) => ms >= sizeMs) ?? ["minute", MINUTE_MS];
  return ms < MINUTE_MS ? "less than a minute" : count(Math.floor(ms / size), name);
}

const MAX_DATE_MS = 8.64e15;

function date(ms: number): string {
  if (Math.abs(ms) > MAX_DATE_MS) return "never";
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}
