import type { Clock } from "../lib/clock.ts";
import { DocportError } from "../lib/errors.ts";
import type { AccountKey } from "./account-key.ts";
import { type Identifier, isSameIdentifiers } from "./identifier.ts";
import type { JsonFields } from "./json-fields.ts";
import { signJws } from "./jws.ts";
import {
  type DownloadedCertificate,
  Order,
  type OrderState,
  readCertificateReply,
} from "./order.ts";
import { AcmeProblem } from "./problem.ts";
import { isOutcomeUnknown } from "./repetition.ts";
import { type AcmeReply, jsonOf } from "./reply.ts";
import { type RevocationReason, revocationPayload } from "./revocation.ts";
import type { AcmeSession, SignedAsk } from "./session.ts";

/** RFC 8555 §7.1.6. */
export type AccountStatus = "valid" | "deactivated" | "revoked";
const STATUSES: readonly AccountStatus[] = ["valid", "deactivated", "revoked"];

export interface AccountState {
  readonly status: AccountStatus;
  /** "mailto:" URLs; CAs may keep them to themselves. */
  readonly contact: readonly string[];
  /** Where the account's orders are listed; several CAs have no such list. */
  readonly orders: string | undefined;
}

export function readAccount(fields: JsonFields): AccountState {
  return {
    status: fields.oneOf("status", STATUSES),
    contact: fields.has("contact") ? fields.strings("contact") : [],
    orders: fields.optionalString("orders"),
  };
}

export interface NewOrder {
  readonly identifiers: readonly Identifier[];
  /** A name from {@link Directory.profiles} (draft-aaron-acme-profiles §4). */
  readonly profile?: string;
  /** ARI identifier of the certificate that this one replaces (RFC 9773 §5). */
  readonly replaces?: string;
}

/** How many orders of the list are looked at when the reply to newOrder was lost. */
const MAX_ORDERS_SEARCHED = 10;

/** An account at the CA (RFC 8555 §7.1.2): an URL and the key that signs for it. */
export class Account {
  readonly url: string;
  readonly #session: AcmeSession;
  #key: AccountKey;

  /** For {@link AcmeClient.newAccount} and {@link AcmeClient.account}. */
  constructor(session: AcmeSession, key: AccountKey, url: string) {
    this.#session = session;
    this.#key = key;
    this.url = url;
  }

  /** The key in force: another one after {@link changeKey}. */
  get key(): AccountKey {
    return this.#key;
  }

  get clock(): Clock {
    return this.#session.clock;
  }

  /** How long to wait before asking this CA whether something has changed. */
  get paceMs(): number {
    return 2 * this.#session.latencyMs;
  }

  /** A request that the account signs. For resources that have no method of their own. */
  post(options: Omit<SignedAsk, "signer">): Promise<AcmeReply> {
    return this.#session.post({ ...options, signer: { key: this.#key, kid: this.url } });
  }

  /** Asks what the CA knows of the account. */
  async fetchState(signal?: AbortSignal): Promise<AccountState> {
    const reply = await this.post({ url: this.url, action: "account", payload: "", signal });
    return readAccount(jsonOf(reply, "account"));
  }

  /** Replaces the contacts ("mailto:" URLs), or agrees to new terms (RFC 8555 §7.3.2, §7.3.3). */
  update(
    change: { readonly contact?: readonly string[]; readonly termsOfServiceAgreed?: true },
    signal?: AbortSignal,
  ): Promise<AccountState> {
    return this.#change(change, "the account update", signal);
  }

  /** Ends the account for good (RFC 8555 §7.3.6). Certificates stay as they are. */
  async deactivate(signal?: AbortSignal): Promise<AccountState> {
    return await this.#change({ status: "deactivated" }, "the account deactivation", signal);
  }

  async #change(
    payload: object,
    action: string,
    signal: AbortSignal | undefined,
  ): Promise<AccountState> {
    const reply = await this.post({ url: this.url, action, payload, signal, mayRepeat: true });
    return readAccount(jsonOf(reply, "account"));
  }

  /**
   * Places an order (RFC 8555 §7.4). When the reply is lost, the order that was placed is looked
   * for before another one is. Throws {@link AcmeProblem} `alreadyReplaced` when `replaces` was
   * used by another order: order without it then.
   */
  async newOrder(order: NewOrder, signal?: AbortSignal): Promise<Order> {
    const placed = await this.#placeOrFindOrder(order, signal);
    if (isSameIdentifiers(placed.state.identifiers, order.identifiers)) return placed;
    throw new DocportError(
      "ERR_ACME_PROTOCOL",
      "The CA's order is for other names than asked for",
      {
        hint: "Report this to the CA; the order was left alone.",
      },
    );
  }

  async #placeOrFindOrder(order: NewOrder, signal: AbortSignal | undefined): Promise<Order> {
    // Before the order and not in it: without a directory, nothing can have been ordered.
    await this.#session.directory(signal);
    try {
      return await this.#placeOrder(order, signal);
    } catch (error) {
      if (!isOutcomeUnknown(error)) throw error;
      return (await this.#findOrder(order, signal)) ?? (await this.#placeAgain(order, signal));
    }
  }

  async #placeOrder(order: NewOrder, signal: AbortSignal | undefined): Promise<Order> {
    const { newOrder: url } = await this.#session.directory(signal);
    const { identifiers, profile, replaces } = order;
    const payload = {
      identifiers,
      ...(profile === undefined ? {} : { profile }),
      ...(replaces === undefined ? {} : { replaces }),
    };
    const reply = await this.post({ url, action: "newOrder", payload, signal });
    return new Order(this, locationOf(reply), reply);
  }

  /** Looks through the account's list for an open order that is what was asked for. */
  async #findOrder(order: NewOrder, signal: AbortSignal | undefined): Promise<Order | undefined> {
    const urls = await this.#listOrders(signal);
    // Both orders of listing are in use: newest first and newest last.
    const ends = new Set([
      ...urls.slice(-MAX_ORDERS_SEARCHED / 2),
      ...urls.slice(0, MAX_ORDERS_SEARCHED / 2),
    ]);
    for (const orderUrl of ends) {
      const found = await this.order(orderUrl, signal);
      if (isOpenAndSame(found.state, order)) return found;
    }
    return undefined;
  }

  /** The first page of the list; empty at CAs that have none, or promise one and refuse it. */
  async #listOrders(signal: AbortSignal | undefined): Promise<readonly string[]> {
    const { orders: url } = await this.fetchState(signal);
    if (url === undefined) return [];
    try {
      const reply = await this.post({ url, action: "orders", payload: "", signal });
      return jsonOf(reply, "orders").strings("orders");
    } catch (error) {
      if (error instanceof AcmeProblem) return [];
      throw error;
    }
  }

  /**
   * CAs without a list give the open order for the same names when it is ordered again. What was
   * lost may have used up `replaces` already.
   */
  async #placeAgain(order: NewOrder, signal: AbortSignal | undefined): Promise<Order> {
    try {
      return await this.#placeOrder(order, signal);
    } catch (error) {
      const isOurs = error instanceof AcmeProblem && error.errorName === "alreadyReplaced";
      if (!isOurs) throw error;
      const { replaces: _, ...rest } = order;
      return this.#placeOrder(rest, signal);
    }
  }

  /** Takes up an order again by its URL. */
  async order(url: string, signal?: AbortSignal): Promise<Order> {
    return new Order(this, url, await this.post({ url, action: "order", payload: "", signal }));
  }

  /** Downloads a certificate by its URL: an order's own or one of the alternates. */
  async downloadCertificate(url: string, signal?: AbortSignal): Promise<DownloadedCertificate> {
    const accept = "application/pem-certificate-chain";
    const request = { url, action: "the certificate", payload: "", accept, signal } as const;
    return readCertificateReply(await this.post(request));
  }

  /**
   * Revokes a certificate as the account that ordered it (RFC 8555 §7.6). One that is revoked
   * already is no error: that is what was wanted.
   */
  async revokeCertificate(
    pem: string,
    options: { readonly reason?: RevocationReason; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const { revokeCert: url } = await this.#session.directory(options.signal);
    const payload = revocationPayload(pem, options.reason);
    const request = { url, action: "revokeCert", payload, signal: options.signal };
    await ignoreAlreadyRevoked(this.post({ ...request, mayRepeat: true }));
  }

  /**
   * Rolls the account over to a new key (RFC 8555 §7.3.5). Keep both keys until this resolves: when
   * it throws, {@link AcmeClient.newAccount} with `onlyReturnExisting` tells which one is in force.
   */
  async changeKey(newKey: AccountKey, signal?: AbortSignal): Promise<void> {
    const { keyChange: url, newAccount } = await this.#session.directory(signal);
    const payload = { account: this.url, oldKey: this.#key.jwk };
    const inner = signJws({ signer: { key: newKey }, url, payload });
    try {
      await this.post({ url, action: "keyChange", payload: inner, signal });
    } catch (error) {
      if (!isOutcomeUnknown(error)) throw error;
      const lookup = await lookUpAccount(this.#session, newAccount, newKey, signal);
      if (lookup !== this.url) throw error;
    }
    this.#key = newKey;
  }
}

function isOpenAndSame(state: OrderState, order: NewOrder): boolean {
  return (
    (state.status === "pending" || state.status === "ready") &&
    isSameIdentifiers(state.identifiers, order.identifiers) &&
    (order.profile === undefined || state.profile === order.profile) &&
    (order.replaces === undefined || state.replaces === order.replaces)
  );
}

/** The Location header, which a reply to newAccount and newOrder must have. */
export function locationOf(reply: AcmeReply): string {
  if (reply.location !== undefined && URL.canParse(reply.location, reply.url)) {
    return new URL(reply.location, reply.url).href;
  }
  throw new DocportError("ERR_ACME_PROTOCOL", `The CA's reply to ${reply.action} has no Location`, {
    hint: "Check that the directory URL is that of an ACME server and that nothing stands between.",
  });
}

/** URL of the account that has this key (RFC 8555 §7.3.1); `undefined` when there is none. */
async function lookUpAccount(
  session: AcmeSession,
  url: string,
  key: AccountKey,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const payload = { onlyReturnExisting: true };
    const request = {
      url,
      action: "newAccount",
      payload,
      signer: { key },
      signal,
      mayRepeat: true,
    };
    return locationOf(await session.post(request));
  } catch (error) {
    if (error instanceof AcmeProblem && error.errorName === "accountDoesNotExist") return undefined;
    throw error;
  }
}

export async function ignoreAlreadyRevoked(revocation: Promise<unknown>): Promise<void> {
  try {
    await revocation;
  } catch (error) {
    if (!(error instanceof AcmeProblem && error.errorName === "alreadyRevoked")) throw error;
  }
}
