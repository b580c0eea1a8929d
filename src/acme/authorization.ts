import { DocportError } from "../lib/errors.ts";
import { canonicalIp } from "../lib/ip-address.ts";
import type { Account } from "./account.ts";
import { Challenge, type ChallengeState, type ChallengeType, readChallenge } from "./challenge.ts";
import type { Identifier } from "./identifier.ts";
import type { JsonFields } from "./json-fields.ts";
import { type Polled, type PollOptions, pollUntilDone } from "./poll.ts";
import { AcmeProblem } from "./problem.ts";
import { type AcmeReply, jsonOf } from "./reply.ts";

/** RFC 8555 §7.1.6; `processing` is not in the RFC but some CAs have it. */
export type AuthorizationStatus =
  | "pending"
  | "processing"
  | "valid"
  | "invalid"
  | "deactivated"
  | "expired"
  | "revoked";
const STATUSES: readonly AuthorizationStatus[] = [
  "pending",
  "processing",
  "valid",
  "invalid",
  "deactivated",
  "expired",
  "revoked",
];

export interface AuthorizationState {
  readonly status: AuthorizationStatus;
  /** The name itself, with its "*." when the authorization is for a wildcard. */
  readonly identifier: Identifier;
  /** Epoch milliseconds; absent when the CA does not say. */
  readonly expires: number | undefined;
  readonly challenges: readonly ChallengeState[];
}

function readAuthorization(fields: JsonFields): AuthorizationState {
  const identifier = readIdentifier(fields.object("identifier"));
  const isWildcard = fields.optionalBoolean("wildcard") ?? false;
  return {
    status: fields.oneOf("status", STATUSES),
    // RFC 8555 §7.1.4: the identifier comes without its "*.".
    identifier: isWildcard ? { type: "dns", value: `*.${identifier.value}` } : identifier,
    expires: fields.optionalTime("expires"),
    challenges: fields.objects("challenges").map(readChallenge),
  };
}

/** An identifier of an order or an authorization, in the one form that is used here. */
export function readIdentifier(fields: JsonFields): Identifier {
  const type = fields.oneOf("type", ["dns", "ip"]);
  const value = fields.string("value");
  return { type, value: (type === "ip" ? canonicalIp(value) : undefined) ?? value.toLowerCase() };
}

/** The CA's record of whether an account controls an identifier (RFC 8555 §7.1.4). */
export class Authorization {
  readonly url: string;
  readonly #account: Account;
  #last: Polled<AuthorizationState>;

  private constructor(account: Account, url: string, last: Polled<AuthorizationState>) {
    this.#account = account;
    this.url = url;
    this.#last = last;
  }

  /** Asks for the authorization at an URL. */
  static async fetch(account: Account, url: string, signal?: AbortSignal): Promise<Authorization> {
    const { state } = await ask(account, url, signal);
    // A Retry-After of now is not about the validation, which has not been asked for yet.
    return new Authorization(account, url, { state, retryAfterMs: undefined });
  }

  /** As last seen. */
  get state(): AuthorizationState {
    return this.#last.state;
  }

  get identifier(): Identifier {
    return this.state.identifier;
  }

  /** The ways that the CA offers to prove it. */
  get challenges(): readonly Challenge[] {
    const { challenges, identifier } = this.state;
    return challenges.map((state) => new Challenge(this.#account, identifier, state));
  }

  /** The challenge of one type; `undefined` when the CA does not offer it for this identifier. */
  challenge(type: ChallengeType): Challenge | undefined {
    return this.challenges.find((challenge) => challenge.type === type);
  }

  async refresh(signal?: AbortSignal): Promise<AuthorizationState> {
    this.#last = await ask(this.#account, this.url, signal);
    return this.state;
  }

  /**
   * Waits until the CA has decided. Throws ERR_ACME_AUTHORIZATION_INVALID when it decided against
   * us, with the CA's problem as `cause`; ERR_ACME_TIMEOUT when it takes too long.
   */
  async pollValid(options: PollOptions = {}): Promise<AuthorizationState> {
    const state = await pollUntilDone({
      ...options,
      clock: this.#account.clock,
      action: `the validation of ${this.identifier.value}`,
      firstDelayMs: this.#account.paceMs,
      last: this.#last,
      ask: async (signal) => {
        await this.refresh(signal);
        return this.#last;
      },
      isDone: ({ status }) => status !== "pending" && status !== "processing",
    });
    if (state.status === "valid") return state;
    throw authorizationError(state, this.#account.clock.now());
  }

  /** Gives the authorization up (RFC 8555 §7.5.2), pending or valid. */
  async deactivate(signal?: AbortSignal): Promise<AuthorizationState> {
    const action = `deactivating the authorization of ${this.identifier.value}`;
    const payload = { status: "deactivated" };
    const reply = await this.#account.post({
      url: this.url,
      action,
      payload,
      signal,
      mayRepeat: true,
    });
    this.#last = polled(reply);
    return this.state;
  }
}

async function ask(
  account: Account,
  url: string,
  signal: AbortSignal | undefined,
): Promise<Polled<AuthorizationState>> {
  return polled(await account.post({ url, action: "authorization", payload: "", signal }));
}

function polled(reply: AcmeReply): Polled<AuthorizationState> {
  const state = readAuthorization(jsonOf(reply, "authorization"));
  return { state, retryAfterMs: reply.retryAfterMs };
}

function authorizationError(state: AuthorizationState, now: number): DocportError {
  const name = state.identifier.value;
  const failed = state.challenges.find(({ error }) => error !== undefined);
  const cause =
    failed?.error && new AcmeProblem(failed.error, { action: `${failed.type} for ${name}`, now });
  return new DocportError(
    "ERR_ACME_AUTHORIZATION_INVALID",
    `The CA is not convinced that this is ${name} (${state.status})${cause ? `: ${cause.detail}` : ""}`,
    {
      cause,
      hint: cause?.hint ?? "Order again: an authorization that has ended does not come back.",
    },
  );
}
