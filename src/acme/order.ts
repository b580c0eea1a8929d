import { type CertificateChain, parseCertificateChain } from "../lib/certificate-chain.ts";
import { DocportError } from "../lib/errors.ts";
import type { Account } from "./account.ts";
import { Authorization, readIdentifier } from "./authorization.ts";
import { type Identifier, isSameIdentifiers } from "./identifier.ts";
import type { JsonFields } from "./json-fields.ts";
import { mapLimited } from "./map-limited.ts";
import { type Polled, type PollOptions, pollUntilDone } from "./poll.ts";
import { AcmeProblem, type ProblemDocument, readProblemDocument } from "./problem.ts";
import { isOutcomeUnknown } from "./repetition.ts";
import { type AcmeReply, jsonOf, notAcme } from "./reply.ts";

/** RFC 8555 §7.1.6. */
export type OrderStatus = "pending" | "ready" | "processing" | "valid" | "invalid";
const STATUSES: readonly OrderStatus[] = ["pending", "ready", "processing", "valid", "invalid"];

export interface OrderState {
  readonly status: OrderStatus;
  readonly identifiers: readonly Identifier[];
  readonly authorizations: readonly string[];
  readonly finalize: string;
  /** There when the order is valid. */
  readonly certificate: string | undefined;
  /** Epoch milliseconds. */
  readonly expires: number | undefined;
  /** Why the order became invalid. */
  readonly error: ProblemDocument | undefined;
  /** The profile that the CA chose or was asked for; absent at CAs without profiles. */
  readonly profile: string | undefined;
  /** The ARI identifier of the certificate that this order replaces (RFC 9773 §5). */
  readonly replaces: string | undefined;
}

function readOrder(fields: JsonFields): OrderState {
  return {
    status: fields.oneOf("status", STATUSES),
    identifiers: fields.objects("identifiers").map(readIdentifier),
    authorizations: fields.strings("authorizations"),
    finalize: fields.string("finalize"),
    certificate: fields.optionalString("certificate"),
    expires: fields.optionalTime("expires"),
    error: fields.has("error") ? readProblemDocument(fields.unknown("error")) : undefined,
    profile: fields.optionalString("profile"),
    replaces: fields.optionalString("replaces"),
  };
}

/** A certificate as it was downloaded. */
export interface DownloadedCertificate {
  readonly chain: CertificateChain;
  /** URLs of the same certificate with other chains (RFC 8555 §7.4.2). */
  readonly alternates: readonly string[];
}

/** A lost finalize is repeated at most this often. */
const MAX_FINALIZE_TRIES = 3;

/**
 * A request for one certificate (RFC 8555 §7.1.3). Its identity is the URL: write it down and the
 * order can be taken up again by {@link Account.order}, in another process, whatever happened.
 *
 *     pending --(all authorizations valid)--> ready --finalize--> processing --> valid
 *        \______________________________________\____________________\________> invalid
 */
export class Order {
  readonly url: string;
  readonly #account: Account;
  #last: Polled<OrderState>;

  /** For {@link Account.newOrder} and {@link Account.order}. */
  constructor(account: Account, url: string, reply: AcmeReply) {
    this.#account = account;
    this.url = url;
    this.#last = polled(reply);
  }

  /** As last seen. */
  get state(): OrderState {
    return this.#last.state;
  }

  async refresh(signal?: AbortSignal): Promise<OrderState> {
    const reply = await this.#account.post({ url: this.url, action: "order", payload: "", signal });
    return this.#accept(reply);
  }

  /**
   * The authorizations of the order. Throws ERR_ACME_PROTOCOL when they are not for the order's own
   * identifiers.
   */
  async authorizations(signal?: AbortSignal): Promise<readonly Authorization[]> {
    const { authorizations, identifiers } = this.state;
    const found = await mapLimited(authorizations, (url) =>
      Authorization.fetch(this.#account, url, signal),
    );
    const named = found.map(({ identifier }) => identifier);
    if (isSameIdentifiers(named, identifiers)) return found;
    throw new DocportError("ERR_ACME_PROTOCOL", "The CA's authorizations are not for this order", {
      hint: "Report this to the CA; nothing was proved to it.",
    });
  }

  /** Waits until every authorization is valid and the order wants a CSR. */
  pollReady(options: PollOptions = {}): Promise<OrderState> {
    return this.#poll("the order", ({ status }) => status !== "pending", options);
  }

  /**
   * Sends the CSR (RFC 8555 §7.4). When the reply is lost, the order itself tells whether it
   * arrived; only an order that is still `ready` gets it again. Keep the key before this call: the
   * certificate may be issued even if the call fails.
   */
  async finalize(csr: Uint8Array, signal?: AbortSignal): Promise<OrderState> {
    const payload = { csr: Buffer.from(csr).toString("base64url") };
    for (let tries = 1; ; tries++) {
      try {
        const request = { url: this.state.finalize, action: "finalize", payload, signal };
        return this.#accept(await this.#account.post(request));
      } catch (error) {
        if (!isOutcomeUnknown(error) && !isNotReady(error)) throw error;
        const { status } = await this.refresh(signal);
        if (status === "processing" || status === "valid") return this.state;
        if (status !== "ready" || tries >= MAX_FINALIZE_TRIES) throw error;
        await this.#account.clock.sleep(1000 * tries, signal);
      }
    }
  }

  /** Waits until the certificate is issued; after {@link finalize}. */
  pollIssued(options: PollOptions = {}): Promise<OrderState> {
    return this.#poll("the certificate", ({ status }) => status === "valid", options);
  }

  /**
   * The certificate with its chain (RFC 8555 §7.4.2). It may be asked for again and again while the
   * CA keeps it. TypeError when the order is not valid yet.
   */
  downloadCertificate(signal?: AbortSignal): Promise<DownloadedCertificate> {
    const { certificate } = this.state;
    if (certificate === undefined) {
      throw new TypeError(`downloadCertificate: the order is ${this.state.status}, not valid`);
    }
    return this.#account.downloadCertificate(certificate, signal);
  }

  async #poll(
    action: string,
    isDone: (state: OrderState) => boolean,
    options: PollOptions,
  ): Promise<OrderState> {
    const state = await pollUntilDone({
      ...options,
      clock: this.#account.clock,
      action,
      firstDelayMs: this.#account.paceMs,
      last: this.#last,
      ask: async (signal) => {
        await this.refresh(signal);
        return this.#last;
      },
      isDone: (state) => state.status === "invalid" || isDone(state),
    });
    if (state.status !== "invalid") return state;
    throw orderError(state, this.#account.clock.now());
  }

  #accept(reply: AcmeReply): OrderState {
    this.#last = polled(reply);
    return this.state;
  }
}

function polled(reply: AcmeReply): Polled<OrderState> {
  return { state: readOrder(jsonOf(reply, "order")), retryAfterMs: reply.retryAfterMs };
}

function orderError(state: OrderState, now: number): DocportError {
  const names = state.identifiers.map(({ value }) => value).join(", ");
  const cause =
    state.error && new AcmeProblem(state.error, { action: `the order for ${names}`, now });
  return new DocportError(
    "ERR_ACME_ORDER_INVALID",
    `The CA has given up the order for ${names}${cause?.detail ? `: ${cause.detail}` : ""}`,
    { cause, hint: cause?.hint ?? "See which authorization failed, mend that, and order again." },
  );
}

function isNotReady(error: unknown): boolean {
  return error instanceof AcmeProblem && error.errorName === "orderNotReady";
}

/** Reads the reply to a certificate's URL: certificates and nothing else (RFC 8555 §9.1). */
export function readCertificateReply(reply: AcmeReply): DownloadedCertificate {
  if (reply.contentType !== "application/pem-certificate-chain") throw notAcme(reply);
  const pem = Buffer.from(reply.body).toString("latin1");
  return { chain: parseCertificateChain(pem), alternates: reply.links("alternate") };
}
