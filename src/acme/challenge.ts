import { createHash } from "node:crypto";
import { DocportError } from "../lib/errors.ts";
import type { Account } from "./account.ts";
import type { Identifier } from "./identifier.ts";
import type { JsonFields } from "./json-fields.ts";
import { type ProblemDocument, readProblemDocument } from "./problem.ts";
import { isOutcomeUnknown } from "./repetition.ts";
import { jsonOf } from "./reply.ts";

/** Challenge types that this package knows how to answer; a CA may offer others. */
export type ChallengeType = "http-01" | "dns-01" | "tls-alpn-01";

/** RFC 8555 §7.1.6. */
export type ChallengeStatus = "pending" | "processing" | "valid" | "invalid";
const STATUSES: readonly ChallengeStatus[] = ["pending", "processing", "valid", "invalid"];

export interface ChallengeState {
  /** "http-01", "dns-01", "tls-alpn-01", or one that is not known here. */
  readonly type: string;
  readonly url: string;
  readonly status: ChallengeStatus;
  /** Absent with types that have none. */
  readonly token: string | undefined;
  /** Why validation failed, or what the CA ran into so far. */
  readonly error: ProblemDocument | undefined;
}

export function readChallenge(fields: JsonFields): ChallengeState {
  return {
    type: fields.string("type"),
    url: fields.string("url"),
    status: fields.oneOf("status", STATUSES),
    token: readToken(fields),
    error: fields.has("error") ? readProblemDocument(fields.unknown("error")) : undefined,
  };
}

/** A token becomes part of a path and of a file name, so it is held to its alphabet (RFC 8555 §8). */
function readToken(fields: JsonFields): string | undefined {
  const token = fields.optionalString("token");
  if (token === undefined || /^[\w-]{1,512}$/.test(token)) return token;
  throw new DocportError("ERR_ACME_PROTOCOL", "The CA's challenge token is not base64url.", {
    hint: "Report this to the CA (RFC 8555 §8.3).",
  });
}

/** One way to prove control of an identifier (RFC 8555 §8). */
export class Challenge {
  readonly type: string;
  readonly url: string;
  readonly identifier: Identifier;
  readonly #account: Account;
  #state: ChallengeState;

  /** For {@link Authorization.challenges}. */
  constructor(account: Account, identifier: Identifier, state: ChallengeState) {
    this.#account = account;
    this.type = state.type;
    this.url = state.url;
    this.identifier = identifier;
    this.#state = state;
  }

  /** As last seen. */
  get state(): ChallengeState {
    return this.#state;
  }

  /** Random and unguessable. TypeError for a challenge of a type that has none. */
  get token(): string {
    if (this.#state.token !== undefined) return this.#state.token;
    throw new TypeError(`challenge: ${this.type} has no token`);
  }

  /** What the file of HTTP-01 holds (RFC 8555 §8.3): token, dot, thumbprint of the account key. */
  get keyAuthorization(): string {
    return this.#account.key.keyAuthorization(this.token);
  }

  /**
   * Tells the CA that it may look now (RFC 8555 §7.5.1). A lost reply is found out by asking for
   * the challenge; it is told again only while the CA still waits.
   */
  async respond(signal?: AbortSignal): Promise<ChallengeState> {
    try {
      return await this.#post({}, signal);
    } catch (error) {
      if (!isOutcomeUnknown(error)) throw error;
      const state = await this.#post("", signal);
      return state.status === "pending" ? await this.#post({}, signal) : state;
    }
  }

  async #post(payload: object | "", signal: AbortSignal | undefined): Promise<ChallengeState> {
    const action = `the challenge for ${this.identifier.value}`;
    const reply = await this.#account.post({ url: this.url, action, payload, signal });
    this.#state = readChallenge(jsonOf(reply, "challenge"));
    return this.#state;
  }
}

/** Where HTTP-01 wants the key authorization to be (RFC 8555 §8.3). */
export function http01Path(token: string): string {
  return `/.well-known/acme-challenge/${token}`;
}

/** Name and value of the TXT record of DNS-01 (RFC 8555 §8.4). */
export function dns01Record(
  identifier: Identifier,
  keyAuthorization: string,
): { readonly name: string; readonly value: string } {
  const digest = createHash("sha256").update(keyAuthorization).digest("base64url");
  return { name: `_acme-challenge.${identifier.value.replace(/^\*\./, "")}`, value: digest };
}
