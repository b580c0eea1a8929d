import { DocportError } from "../lib/errors.ts";
import type { Identifier } from "./identifier.ts";

/** Error types of RFC 8555 §6.7, RFC 9773 §7.4 and the profiles draft, without their URN prefix. */
const ACME_ERRORS = [
  "accountDoesNotExist",
  "alreadyReplaced",
  "alreadyRevoked",
  "badCSR",
  "badNonce",
  "badPublicKey",
  "badRevocationReason",
  "badSignatureAlgorithm",
  "caa",
  "compound",
  "connection",
  "dns",
  "externalAccountRequired",
  "incorrectResponse",
  "invalidContact",
  "invalidProfile",
  "malformed",
  "orderNotReady",
  "rateLimited",
  "rejectedIdentifier",
  "serverInternal",
  "tls",
  "unauthorized",
  "unsupportedContact",
  "unsupportedIdentifier",
  "userActionRequired",
] as const;

export type AcmeErrorName = (typeof ACME_ERRORS)[number];

const URN_PREFIX = "urn:ietf:params:acme:error:";
const MAX_TEXT_CHARS = 4096;
const MAX_SUBPROBLEMS = 100;

/** A problem document (RFC 7807) as the CA wrote it; with what RFC 8555 §6.7 adds. */
export interface ProblemDocument {
  /** An URI; "about:blank" when the reply had no problem document. */
  readonly type: string;
  /** HTTP status; of the document for one inside an order or a challenge. */
  readonly status: number | undefined;
  readonly title: string | undefined;
  readonly detail: string | undefined;
  /** Where a person has to do something, with `userActionRequired` (RFC 8555 §7.3.3). */
  readonly instance: string | undefined;
  /** One for each identifier that has a problem of its own (RFC 8555 §6.7.1). */
  readonly subproblems: readonly Subproblem[];
  /** The algorithms that the CA takes, with `badSignatureAlgorithm` (RFC 8555 §6.2). */
  readonly algorithms: readonly string[];
}

export interface Subproblem {
  readonly type: string;
  readonly detail: string | undefined;
  readonly identifier: Identifier | undefined;
}

export interface ProblemContext {
  /** What was asked, for the message: "newOrder", "finalize". */
  readonly action: string;
  readonly retryAfterMs?: number | undefined;
  /** Epoch milliseconds of our clock at the reply. */
  readonly now: number;
}

/** The CA said no. Its problem document is kept whole. Code ERR_ACME_PROBLEM. */
export class AcmeProblem extends DocportError implements ProblemDocument {
  override readonly name: string = "AcmeProblem";
  readonly type: string;
  /** The type without its prefix, when it is one that the RFCs define. */
  readonly errorName: AcmeErrorName | undefined;
  readonly status: number | undefined;
  readonly title: string | undefined;
  readonly detail: string | undefined;
  readonly instance: string | undefined;
  readonly subproblems: readonly Subproblem[];
  readonly algorithms: readonly string[];
  /** What Retry-After asked for: a duration, and the instant by our clock (epoch ms). */
  readonly retryAfterMs: number | undefined;
  readonly retryAfterAt: number | undefined;

  constructor(document: ProblemDocument, context: ProblemContext) {
    const errorName = errorNameOf(document.type);
    super("ERR_ACME_PROBLEM", messageFor(document, context), {
      hint: hintFor(errorName, document),
    });
    this.type = document.type;
    this.errorName = errorName;
    this.status = document.status;
    this.title = document.title;
    this.detail = document.detail;
    this.instance = document.instance;
    this.subproblems = document.subproblems;
    this.algorithms = document.algorithms;
    this.retryAfterMs = context.retryAfterMs;
    this.retryAfterAt =
      context.retryAfterMs === undefined ? undefined : context.now + context.retryAfterMs;
  }
}

function errorNameOf(type: string): AcmeErrorName | undefined {
  return ACME_ERRORS.find((name) => type === URN_PREFIX + name);
}

/**
 * Reads a problem document and never fails: what is missing or wrong is left out, what is too long
 * is cut. An error that cannot be read must not hide that there was one.
 */
export function readProblemDocument(value: unknown, httpStatus?: number): ProblemDocument {
  const status = memberOf(value, "status");
  const subproblems = memberOf(value, "subproblems");
  const algorithms = memberOf(value, "algorithms");
  return {
    type: textOf(memberOf(value, "type")) ?? "about:blank",
    status: httpStatus ?? (typeof status === "number" ? status : undefined),
    title: textOf(memberOf(value, "title")),
    detail: textOf(memberOf(value, "detail")),
    instance: textOf(memberOf(value, "instance")),
    subproblems: listOf(subproblems).map((one) => ({
      type: textOf(memberOf(one, "type")) ?? "about:blank",
      detail: textOf(memberOf(one, "detail")),
      identifier: identifierIn(memberOf(one, "identifier")),
    })),
    algorithms: listOf(algorithms).flatMap((one) => textOf(one) ?? []),
  };
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_SUBPROBLEMS) : [];
}

/** Control characters would reach a terminal with the message; a space stands for each. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  return value.slice(0, MAX_TEXT_CHARS).replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, " ");
}

function identifierIn(value: unknown): Identifier | undefined {
  const type = memberOf(value, "type");
  const name = textOf(memberOf(value, "value"));
  return (type === "dns" || type === "ip") && name !== undefined
    ? { type, value: name }
    : undefined;
}

function messageFor(document: ProblemDocument, { action }: ProblemContext): string {
  const name = document.type.startsWith(URN_PREFIX)
    ? document.type.slice(URN_PREFIX.length)
    : document.type;
  const what = [document.status, name === "about:blank" ? document.title : name]
    .filter((part) => part !== undefined)
    .join(" ");
  const subproblems = document.subproblems.map(
    ({ identifier, detail, type }) => `${identifier?.value ?? "?"}: ${detail ?? type}`,
  );
  const said = [document.detail, ...subproblems].filter((part) => part !== undefined).join("; ");
  return `The CA refused ${action} (${what})${said === "" ? "" : `: ${said}`}`;
}

const HINTS: Partial<Readonly<Record<AcmeErrorName, string>>> = {
  accountDoesNotExist: "Register an account with this key first.",
  alreadyReplaced: "Order again without naming the certificate that is replaced.",
  badNonce: "Try again; if it goes on, something between caches the CA's replies.",
  caa: "Add a CAA record that allows this CA, or remove the one that forbids it.",
  connection: "Make the server reachable from the internet on the port of the challenge.",
  dns: "Point the name's A and AAAA records to this server, and check that DNS answers.",
  externalAccountRequired: "Get a key identifier and an HMAC key from the CA and set both.",
  incorrectResponse: "Make sure that the name leads to this server and not to another one.",
  invalidProfile: "Choose one of the profiles that the CA's directory lists, or none.",
  rateLimited: "Wait until the time the CA names; more tries only make it longer.",
  rejectedIdentifier: "Ask for names that this CA issues for.",
  serverInternal: "Wait: the failure is on the CA's side.",
  tls: "Make sure that port 443 of the name leads to this server.",
  unauthorized: "Make sure that the name leads to this server and that the account is active.",
  unsupportedIdentifier: "Choose a CA or a profile that issues for this kind of name.",
};

function hintFor(name: AcmeErrorName | undefined, document: ProblemDocument): string {
  if (name === "userActionRequired" && document.instance !== undefined) {
    return `Open ${document.instance} and agree.`;
  }
  return (name && HINTS[name]) ?? "Read what the CA said; try again later.";
}
