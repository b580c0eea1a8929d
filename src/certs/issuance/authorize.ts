import type { Authorization } from "../../acme/authorization.ts";
import type { Challenge } from "../../acme/challenge.ts";
import type { Order } from "../../acme/order.ts";
import { AcmeProblem } from "../../acme/problem.ts";
import { DocportError } from "../../lib/errors.ts";
import type { ChallengeResponder, PlacedAnswer } from "../challenges/challenge-responder.ts";
import { rankChallenges } from "../challenges/choose-challenge.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { NewLedgerEntry } from "../ledger/ledger-entry.ts";

export interface AuthorizeOptions {
  readonly order: Order;
  readonly responders: readonly ChallengeResponder[];
  readonly ledger: Ledger;
  readonly set: string;
  readonly ca: string;
  readonly signal: AbortSignal;
  /** Takes what our own checks found, for the diagnosis when the CA finds it too. */
  readonly onDoubt: (doubt: string) => void;
}

/** One identifier that is still to be proved, and how. */
interface Proof {
  readonly authorization: Authorization;
  readonly challenge: Challenge;
  readonly responder: ChallengeResponder;
}

/**
 * Proves every identifier of the order that is not proved yet, all at a time. Authorizations that
 * became valid are kept when another one fails: the CA remembers them for the next order. Rejects
 * with the first failure, after all have come to an end.
 */
export async function authorizeOrder(options: AuthorizeOptions): Promise<void> {
  const authorizations = await options.order.authorizations(options.signal);
  const open = authorizations.filter(({ state }) => state.status !== "valid");
  const proofs = open.map((authorization) => planProof(authorization, options));
  if (proofs.length === 0) return;
  const answers: PlacedAnswer[] = [];
  try {
    const placed = await Promise.allSettled(
      proofs.map(({ challenge: { identifier, token, keyAuthorization }, responder }) =>
        responder.place({ identifier, token, keyAuthorization }, options.signal),
      ),
    );
    for (const each of placed) if (each.status === "fulfilled") answers.push(each.value);
    const failure = placed.find((each) => each.status === "rejected");
    if (failure) throw failure.reason;
    for (const { doubt } of answers) if (doubt !== undefined) options.onDoubt(doubt);
    await proveAll(proofs, options);
  } finally {
    await Promise.all(answers.map((answer) => answer.remove()));
  }
}

async function proveAll(proofs: readonly Proof[], options: AuthorizeOptions): Promise<void> {
  const { ledger, set, signal } = options;
  await ledger.append(set, ...proofs.map((proof) => entryFor(proof, options)));
  const outcomes = await Promise.allSettled(proofs.map((proof) => prove(proof, signal)));
  // A stop is no outcome: the CA goes on, and the next start asks it what came of it.
  signal.throwIfAborted();
  const entries = outcomes.flatMap((outcome, i): readonly NewLedgerEntry[] => {
    const proof = proofs[i];
    if (!proof) return [];
    const entry = entryFor(proof, options);
    if (outcome.status === "fulfilled") return [{ ...entry, kind: "validated" }];
    return isVerdict(outcome.reason)
      ? [{ ...entry, kind: "validation-failed", ...verdictOf(outcome.reason) }]
      : [];
  });
  if (entries.length > 0) await ledger.append(set, ...entries);
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure) throw failure.reason;
}

async function prove({ authorization, challenge }: Proof, signal: AbortSignal): Promise<void> {
  // One that the CA is already looking at, from before a restart, must not be told twice.
  if (challenge.state.status === "pending") await challenge.respond(signal);
  await authorization.pollValid({ signal });
}

/** Whether the CA has decided against us, so that it counts; a lost connection does not. */
function isVerdict(error: unknown): boolean {
  return error instanceof DocportError && error.code === "ERR_ACME_AUTHORIZATION_INVALID";
}

function verdictOf(error: unknown): { readonly type?: string; readonly detail?: string } {
  const problem = error instanceof Error ? error.cause : undefined;
  if (!(problem instanceof AcmeProblem)) return {};
  return { type: problem.type, ...(problem.detail !== undefined && { detail: problem.detail }) };
}

function entryFor(
  { authorization, challenge }: Proof,
  { ca, order }: AuthorizeOptions,
): NewLedgerEntry {
  return {
    kind: "validation-requested",
    ca,
    identifier: authorization.identifier.value,
    challenge: challenge.type,
    url: order.url,
  };
}

function planProof(authorization: Authorization, options: AuthorizeOptions): Proof {
  const { identifier, challenges } = authorization;
  const possible = options.responders.filter((responder) => responder.canProve(identifier));
  const begun = challenges.find(({ state }) => state.status === "processing");
  const ranked = rankChallenges({
    identifier: identifier.value,
    offered: challenges.map(({ type }) => type),
    possible: possible.map(({ type }) => type),
    history: options.ledger.entries.filter(({ ca }) => ca === options.ca),
  });
  const type = ranked.find((one) => one === begun?.type) ?? ranked[0];
  const responder = possible.find((one) => one.type === type);
  const challenge = type && authorization.challenge(type);
  if (responder && challenge) return { authorization, challenge, responder };
  const offered = challenges.map((each) => each.type).join(", ") || "nothing";
  throw new DocportError(
    "ERR_CERT_NO_CHALLENGE",
    `No way to prove ${identifier.value}: the CA offers ${offered}, and here works ${
      possible.map((each) => each.type).join(", ") || "nothing"
    }.`,
    {
      hint: identifier.value.startsWith("*.")
        ? "A wildcard needs DNS: set --dns-hook to a program that changes the zone."
        : "Let port 443 or 80 of this name lead here, or set --dns-hook.",
    },
  );
}
