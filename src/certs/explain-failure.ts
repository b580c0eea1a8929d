import { AcmeTimeout } from "../acme/deadline.ts";
import { type AcmeErrorName, AcmeProblem } from "../acme/problem.ts";
import { DocportError, type ErrorCode, messageOf } from "../lib/errors.ts";
import { LocalLimitError } from "./local-limit-error.ts";

/** What kind of thing has to change before another attempt can work. */
export type FailureCause =
  | "ca-down"
  | "ca-limit"
  | "dns"
  | "caa"
  | "unreachable"
  | "wrong-answer"
  | "account"
  | "configuration"
  | "storage"
  | "certificate"
  | "unknown";

export interface FailureExplanation {
  readonly cause: FailureCause;
  /** One plain sentence. */
  readonly sentence: string;
  /** The one thing to do. */
  readonly fix: string;
  /** What the CA itself said, word for word. */
  readonly caWords?: string;
  /** Problem type (URI) or error code. */
  readonly type: string;
  /** The identifier that it is about, when it is one. */
  readonly identifier?: string;
  /** A page of the CA's that ends the problem. */
  readonly link?: string;
  /** What the CA asked for, in milliseconds. */
  readonly retryAfterMs?: number;
}

export interface FailureContext {
  readonly names: readonly string[];
  /** Addresses that DNS gives for a name, as far as they were looked up. */
  readonly addresses?: ReadonlyMap<string, readonly string[]>;
  /** What our own checks found before the CA was told to look. */
  readonly doubts?: readonly string[];
}

interface Sentence {
  readonly cause: FailureCause;
  readonly sentence: string;
  readonly fix: string;
}

/** Turns whatever made an attempt fail into a sentence that a writer understands. Never throws. */
export function explainFailure(error: unknown, context: FailureContext): FailureExplanation {
  const problem = problemOf(error);
  if (problem) return explainProblem(problem, context);
  if (error instanceof LocalLimitError) {
    return {
      cause: "ca-limit",
      sentence: error.message,
      fix: error.hint ?? "Wait.",
      type: error.code,
    };
  }
  if (error instanceof DocportError) {
    const { code, message, hint } = error;
    const retryAfterMs = error instanceof AcmeTimeout ? error.retryAfterMs : undefined;
    return {
      cause: CAUSE_OF_CODE[code] ?? "unknown",
      sentence: asSentence(message),
      fix: hint ?? "Try again later.",
      type: code,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  return {
    cause: "unknown",
    sentence: asSentence(messageOf(error)),
    fix: "Report this with the log: it is a mistake in docport.",
    type: "unknown",
  };
}

const CAUSE_OF_CODE: Partial<Readonly<Record<ErrorCode, FailureCause>>> = {
  ERR_ACME_NETWORK: "ca-down",
  ERR_ACME_TIMEOUT: "ca-down",
  ERR_ACME_PROTOCOL: "ca-down",
  ERR_ACME_ORDER_INVALID: "unknown",
  ERR_ACME_AUTHORIZATION_INVALID: "wrong-answer",
  ERR_ACME_ACCOUNT_KEY: "account",
  ERR_ACME_UNSUPPORTED: "configuration",
  ERR_CERT_TERMS: "configuration",
  ERR_CERT_BINDING: "configuration",
  ERR_CERT_NO_CHALLENGE: "configuration",
  ERR_CERT_REJECTED: "certificate",
  ERR_CERT_UNREADABLE: "certificate",
  ERR_CERT_NOT_SHOWN: "certificate",
  ERR_DNS_HOOK: "dns",
  ERR_DNS_UPDATE: "dns",
  ERR_STORAGE_FULL: "storage",
  ERR_STORAGE_READ_ONLY: "storage",
  ERR_STORAGE_DENIED: "storage",
  ERR_STORAGE_LINK: "storage",
  ERR_STORAGE_IO: "storage",
  ERR_STORE_AWAY: "storage",
  ERR_STORE_DENIED: "storage",
  ERR_STORE_IO: "storage",
  ERR_STORE_KEY: "storage",
  ERR_STORE_LEASE: "storage",
};

/** The CA's problem document, wherever the client put it. */
function problemOf(error: unknown): AcmeProblem | undefined {
  if (error instanceof AcmeProblem) return error;
  return error instanceof Error && error.cause instanceof AcmeProblem ? error.cause : undefined;
}

const URN_PREFIX = "urn:ietf:params:acme:error:";

function explainProblem(problem: AcmeProblem, context: FailureContext): FailureExplanation {
  // A compound problem says nothing by itself; the first part that does is the one to mend first.
  const part = problem.subproblems.find(({ type }) => type.startsWith(URN_PREFIX));
  const type = part?.type ?? problem.type;
  const identifier = part?.identifier?.value ?? namedIn(problem, context.names);
  const caWords = [problem.detail, ...problem.subproblems.map(({ detail }) => detail)]
    .filter((words) => words !== undefined)
    .join("; ");
  const link = problem.errorName === "rateLimited" ? linkIn(caWords) : problem.instance;
  const name = type.startsWith(URN_PREFIX) ? type.slice(URN_PREFIX.length) : "";
  const { cause, sentence, fix } = sentenceFor(name, problem, identifier, context);
  return {
    cause,
    sentence,
    fix: link === undefined ? fix : `Open ${link} and follow it.`,
    type,
    ...(caWords === "" ? {} : { caWords }),
    ...(identifier === undefined ? {} : { identifier }),
    ...(link === undefined ? {} : { link }),
    ...(problem.retryAfterMs === undefined ? {} : { retryAfterMs: problem.retryAfterMs }),
  };
}

function sentenceFor(
  errorName: string,
  problem: AcmeProblem,
  identifier: string | undefined,
  context: FailureContext,
): Sentence {
  const name = identifier ?? context.names.join(", ");
  const doubt = context.doubts?.[0];
  const at = addressesText(context.addresses?.get(name));
  const explain = SENTENCE_OF.get(errorName);
  if (explain) return explain(name, at, doubt);
  if ((problem.status ?? 0) >= 500) return SENTENCES.serverInternal(name, at, doubt);
  return {
    cause: "unknown",
    sentence: `The CA refused to issue a certificate for ${name}.`,
    fix: "Read what the CA said below.",
  };
}

type Explain = (name: string, at: string, doubt: string | undefined) => Sentence;

const say =
  (cause: FailureCause, sentence: string, fix: string): Explain =>
  (name) => ({
    cause,
    sentence: sentence.replaceAll("{name}", name),
    fix: fix.replaceAll("{name}", name),
  });

/** One sentence and one fix for each error type of RFC 8555 §6.7 that an attempt can end with. */
const SENTENCES = {
  connection: (name, at, doubt) => ({
    cause: "unreachable",
    sentence: doubt
      ? `The CA could not connect to ${name}, and neither could we: ${doubt}.`
      : `The CA could not connect to ${name}${at}.`,
    fix: "Open ports 80 and 443 to the internet, and point A and AAAA records at this server only.",
  }),
  tls: (name, at, doubt) => ({
    cause: "unreachable",
    sentence: doubt
      ? `The CA found no answer to its challenge at ${name}: ${doubt}.`
      : `The CA reached a server at ${name}${at} that did not answer its challenge.`,
    fix: "Make port 443 of this name lead to this server itself, without a proxy that ends TLS.",
  }),
  unauthorized: (name, at, doubt) => ({
    cause: "wrong-answer",
    sentence: doubt
      ? `The CA did not find our answer at ${name}: ${doubt}.`
      : `The CA reached another server than this one at ${name}${at}.`,
    fix: "Point the name's A and AAAA records at this server, and let port 80 through to it.",
  }),
  incorrectResponse: (name, at, doubt) => ({
    cause: "wrong-answer",
    sentence: doubt
      ? `The CA did not find the expected answer at ${name}: ${doubt}.`
      : `The CA got a wrong answer at ${name}${at}.`,
    fix: "Make sure that no proxy, cache or other server answers for this name.",
  }),
  dns: say(
    "dns",
    "The CA could not find {name} in DNS.",
    "Create an A (and AAAA) record for {name} that holds this server's address.",
  ),
  caa: say(
    "caa",
    "A CAA record in DNS does not allow this CA to issue for {name}.",
    "Add this CA to the CAA records of {name}, or remove them.",
  ),
  rateLimited: say(
    "ca-limit",
    "The CA has had too many requests for {name} and wants us to wait.",
    "Wait: the next attempt is planned for the time that the CA named.",
  ),
  serverInternal: say("ca-down", "The CA has a problem of its own.", "Wait: we try again."),
  badNonce: say(
    "ca-down",
    "The CA did not accept any of the nonces that it gave out.",
    "Check that no proxy caches the replies of the CA.",
  ),
  rejectedIdentifier: say(
    "configuration",
    "The CA does not issue certificates for {name}.",
    "Use a name that is registered and public, or another CA.",
  ),
  unsupportedIdentifier: say(
    "configuration",
    "The CA does not issue this kind of certificate for {name}.",
    "Use a DNS name, or a CA and a profile that issue for addresses.",
  ),
  accountDoesNotExist: say(
    "account",
    "The CA does not know our account any more.",
    "Nothing: the next attempt registers it again.",
  ),
  externalAccountRequired: say(
    "configuration",
    "This CA wants an account of its own behind ours.",
    "Get a key id and HMAC key from the CA; set --eab-kid and --eab-hmac.",
  ),
  invalidContact: say(
    "configuration",
    "The CA does not accept the e-mail address.",
    "Correct --email, or leave it away: it is optional.",
  ),
  unsupportedContact: say(
    "configuration",
    "The CA does not accept this kind of contact.",
    "Leave --email away: it is optional.",
  ),
  invalidProfile: say(
    "configuration",
    "The CA does not have this certificate profile.",
    "Leave --profile away, or choose one that the CA lists.",
  ),
  userActionRequired: say(
    "account",
    "The CA wants somebody to agree to something before it goes on.",
    "Read what the CA said below.",
  ),
  badCSR: say(
    "configuration",
    "The CA does not accept the kind of key or request for {name}.",
    "Use --key-type p256.",
  ),
  alreadyReplaced: say(
    "unknown",
    "The CA has already replaced the certificate for {name}.",
    "Nothing: the next attempt orders without naming it.",
  ),
} satisfies Partial<Readonly<Record<AcmeErrorName, Explain>>>;

const SENTENCE_OF: ReadonlyMap<string, Explain> = new Map(Object.entries(SENTENCES));

/** An identifier that the CA mentions, when the document does not name one properly. */
function namedIn(problem: AcmeProblem, names: readonly string[]): string | undefined {
  if (names.length === 1) return names[0];
  return names.find((name) => problem.message.includes(name));
}

/** The first link in the CA's words: with a paused name it is where one ends the pause. */
function linkIn(text: string): string | undefined {
  return /https:\/\/[^\s"'<>]{1,500}/.exec(text)?.[0].replace(/(?<![.,;:)])[.,;:)]+$/, "");
}

function addressesText(addresses: readonly string[] | undefined): string {
  if (!addresses) return "";
  return addresses.length === 0 ? ", which has no address in DNS" : ` (${addresses.join(", ")})`;
}

function asSentence(message: string): string {
  const text = message.slice(0, 500);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
