import type { CertificateEvent } from "../../certs/manager/certificate-events.ts";
import type { CertificateStatus } from "../../certs/manager/certificate-status.ts";
import { describeReason, describeWait } from "../../certs/policy/describe-decision.ts";
import type { Config } from "../../config.ts";
import { DocportError } from "../../lib/errors.ts";
import type { AutomaticHttps } from "../../net/automatic-https.ts";
import { agreeTerms } from "../agree-terms.ts";
import { type CommandContext, EXIT_FAILURE, EXIT_OK } from "../command.ts";
import { printable } from "../terminal.ts";
import { askServer } from "./ask-server.ts";
import { shortInstant } from "./instants.ts";
import { statusJson } from "./status.ts";

export interface OrderRequest {
  /** Also when nothing is due. */
  readonly isForced: boolean;
  readonly isJson: boolean;
}

/**
 * Does now what a server would do: listens on its ports, lets the certificate manager look and
 * order, says what came of it, and stops. Where a server runs already, it is asked to renew when it
 * is to be forced. Resolves to the exit code.
 */
export async function orderNow(
  given: Config,
  request: OrderRequest,
  context: CommandContext,
): Promise<number> {
  const config = await agreeTerms(given, context);
  // Replicas answer the CA behind their load balancer, and this process stands before it.
  if (config.store !== undefined && request.isForced) {
    return askServer(config, request.isJson, context);
  }
  if (config.store !== undefined) {
    throw new DocportError("ERR_USAGE", "with a store, the replicas order by themselves", {
      hint: "See `docport cert status`, or ask them with `docport cert renew --force`.",
    });
  }
  const events: CertificateEvent[] = [];
  let status: CertificateStatus;
  try {
    status = await askManager(config, request, events, context);
  } catch (error) {
    const isInUse = error instanceof DocportError && error.code === "ERR_LISTEN_IN_USE";
    if (isInUse && request.isForced) return await askServer(config, request.isJson, context);
    throw error;
  }
  const issued = events.some(({ type }) => type === "issued" || type === "renewed");
  const isGood = status.isReady && (issued || !request.isForced);
  if (request.isJson) {
    context.stdout(`${JSON.stringify({ issued, ...statusJson(status, Date.now()) }, null, 2)}\n`);
  } else if (isGood) context.stdout(successText(status, issued));
  if (!isGood) context.stderr(`docport: ${failureText(status)}\n`);
  return isGood ? EXIT_OK : EXIT_FAILURE;
}

async function askManager(
  config: Config,
  { isForced }: OrderRequest,
  events: CertificateEvent[],
  context: CommandContext,
): Promise<CertificateStatus> {
  await using https = await listen(config, (event) => {
    events.push(event);
    const line = progressLine(event);
    if (line !== undefined) context.stderr(`${printable(line)}\n`);
  });
  const { manager } = https;
  const onAbort = (): void => void https.close();
  context.signal.addEventListener("abort", onAbort, { once: true });
  try {
    const status = await manager.renewNow();
    context.signal.throwIfAborted();
    const isOver = events.some(({ type }) => ["issued", "renewed", "failed"].includes(type));
    // Our own schedule is for when nobody is there; a person who asks has mended something.
    const isWaiting = status.next?.action === "wait" && status.next.because === "retry";
    if (isOver || !(isForced || isWaiting)) return status;
    const forced = await manager.renewNow({ force: true });
    context.signal.throwIfAborted();
    return forced;
  } finally {
    context.signal.removeEventListener("abort", onAbort);
  }
}

async function listen(
  config: Config,
  onEvent: (event: CertificateEvent) => void,
): Promise<AutomaticHttps> {
  const { startConfiguredHttps } = await import("../../app-listener.ts");
  try {
    return await startConfiguredHttps(config, {
      handler: () => new Response("Docport is getting its certificate.\n", { status: 503 }),
      onEvent,
      onError: () => {},
    });
  } catch (error) {
    if (!(error instanceof DocportError) || error.code !== "ERR_LISTEN_IN_USE") throw error;
    throw new DocportError("ERR_LISTEN_IN_USE", error.message, {
      hint: "If it is a docport on this folder, it keeps its certificate itself: see `docport cert status`. Otherwise stop it.",
      cause: error,
    });
  }
}

function progressLine(event: CertificateEvent): string | undefined {
  if (event.type === "attempt") {
    return `Asking ${new URL(event.ca).host} for a certificate (${describeReason(event.why)})`;
  }
  if (event.type === "fail-over") {
    return `${new URL(event.from).host} cannot be had, going on with ${new URL(event.to).host}`;
  }
  const isTrouble = event.type === "clock-suspect" || event.type === "storage-trouble";
  return isTrouble ? event.sentence : undefined;
}

function successText({ certificate, names, next }: CertificateStatus, issued: boolean): string {
  const until = shortInstant(certificate?.notAfter ?? 0);
  const what = `certificate for ${names.join(", ")} is valid until ${until}`;
  const renewal =
    next?.action === "nothing" ? ` Its renewal is planned for ${shortInstant(next.at)}.` : "";
  return issued
    ? `The new ${what}.${renewal}\n`
    : `Nothing to do: the ${what}.${renewal} \`docport cert renew --force\` orders another one.\n`;
}

function failureText({ failure, trouble, isFollower, next }: CertificateStatus): string {
  const problem = failure ?? trouble;
  if (problem) {
    const words =
      failure?.caWords === undefined ? "" : `\n  The CA said: ${printable(failure.caWords)}`;
    const later = failure
      ? `\n  The next attempt is allowed from ${shortInstant(failure.retryAt)}.`
      : "";
    return `${printable(problem.sentence)}${words}\n  -> ${printable(problem.fix)}${later}`;
  }
  if (isFollower) {
    return "another docport is working on the certificates in this folder\n  -> Wait a minute, then see `docport cert status`.";
  }
  const why = next?.action === "wait" ? `: ${describeWait(next.because ?? "retry")}` : "";
  const until = next?.action === "wait" ? ` (${shortInstant(next.at)})` : "";
  return `no certificate was ordered${why}${until}\n  -> See \`docport cert status\`.`;
}
