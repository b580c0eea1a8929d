import type { KeyObject } from "node:crypto";
import { type Clock, systemClock } from "../lib/clock.ts";
import { DocportError } from "../lib/errors.ts";
import { Account, ignoreAlreadyRevoked, locationOf, readAccount } from "./account.ts";
import type { AccountKey } from "./account-key.ts";
import type { Directory } from "./directory.ts";
import { createHttpsTransport } from "./https-transport.ts";
import { type ExternalAccountBinding, signExternalAccountBinding } from "./jws.ts";
import { type RenewalInfo, readRenewalInfo, renewalInfoUrl } from "./renewal-info.ts";
import { jsonOf } from "./reply.ts";
import { type RevocationReason, revocationPayload } from "./revocation.ts";
import { AcmeSession } from "./session.ts";
import type { AcmeTransport } from "./transport.ts";

export interface AcmeClientOptions {
  /** The https URL of the CA's directory. */
  readonly directoryUrl: string;
  /** How requests are sent. Default: TLS of Node with Node's roots. */
  readonly transport?: AcmeTransport;
  readonly clock?: Clock;
  /** Says who asks, as RFC 8555 §6.1 demands: name and version of the program. */
  readonly userAgent?: string;
  /** For one request with its reply. Default 30 seconds. */
  readonly requestTimeoutMs?: number;
}

export interface NewAccount {
  readonly key: AccountKey;
  /** Whether the person who runs this has agreed to {@link Directory.termsOfService}. */
  readonly termsOfServiceAgreed?: boolean;
  /** "mailto:" URLs. Optional: CAs no longer write. */
  readonly contact?: readonly string[];
  /** Find the account that has this key, and never make one (RFC 8555 §7.3.1). */
  readonly onlyReturnExisting?: boolean;
  readonly externalAccountBinding?: ExternalAccountBinding;
  readonly signal?: AbortSignal;
}

const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;

/** One CA, seen from outside (RFC 8555). Keeps nothing on disk and starts nothing by itself. */
export class AcmeClient {
  readonly #session: AcmeSession;

  constructor(options: AcmeClientOptions) {
    const { directoryUrl } = options;
    if (!URL.canParse(directoryUrl) || new URL(directoryUrl).protocol !== "https:") {
      throw new TypeError(`directoryUrl: an https URL is expected, got "${directoryUrl}"`);
    }
    this.#session = new AcmeSession({
      directoryUrl,
      transport: options.transport ?? createHttpsTransport(),
      clock: options.clock ?? systemClock,
      userAgent: options.userAgent ?? "docport",
      requestTimeoutMs: options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
    });
  }

  /** What the CA offers. Kept for an hour. */
  directory(signal?: AbortSignal): Promise<Directory> {
    return this.#session.directory(signal);
  }

  /**
   * The CA's clock minus ours in milliseconds, from the Date of the last reply; good to a second or
   * two. `undefined` before the first reply.
   */
  get clockOffsetMs(): number | undefined {
    return this.#session.clockOffsetMs;
  }

  /**
   * Registers a key, or finds the account that it has already (RFC 8555 §7.3): safe to repeat.
   * Throws {@link AcmeProblem} `accountDoesNotExist` with `onlyReturnExisting`.
   */
  async newAccount(request: NewAccount): Promise<Account> {
    const { key, signal, externalAccountBinding: binding } = request;
    const { newAccount: url } = await this.#session.directory(signal);
    const payload = {
      ...(request.termsOfServiceAgreed === undefined
        ? {}
        : { termsOfServiceAgreed: request.termsOfServiceAgreed }),
      ...(request.contact === undefined ? {} : { contact: request.contact }),
      ...(request.onlyReturnExisting === true ? { onlyReturnExisting: true } : {}),
      ...(binding === undefined
        ? {}
        : { externalAccountBinding: signExternalAccountBinding(binding, key, url) }),
    };
    const signer = { key };
    const action = "newAccount";
    const reply = await this.#session.post({
      url,
      action,
      payload,
      signer,
      signal,
      mayRepeat: true,
    });
    // Read for its own sake: a page that says 200 is not an account.
    readAccount(jsonOf(reply, "account"));
    return new Account(this.#session, key, locationOf(reply));
  }

  /** An account whose URL is known already. No request is made. */
  account(identity: { readonly key: AccountKey; readonly url: string }): Account {
    return new Account(this.#session, identity.key, identity.url);
  }

  /**
   * When to renew a certificate (RFC 9773); `certificateId` is
   * {@link CertificateChain.ariCertificateId}. Throws ERR_ACME_UNSUPPORTED at a CA without it; any
   * failure means no news.
   */
  async renewalInfo(certificateId: string, signal?: AbortSignal): Promise<RenewalInfo> {
    const { renewalInfo } = await this.#session.directory(signal);
    if (renewalInfo === undefined) {
      throw new DocportError("ERR_ACME_UNSUPPORTED", "This CA has no renewal information (ARI)", {
        hint: "Nothing needs to be done: renewal goes by the certificate's dates.",
      });
    }
    const url = renewalInfoUrl(renewalInfo, certificateId);
    return readRenewalInfo(await this.#session.get({ url, action: "renewalInfo", signal }));
  }

  /** Revokes a certificate by its own private key, without an account (RFC 8555 §7.6). */
  async revokeCertificate(revocation: {
    readonly certificatePem: string;
    readonly certificateKey: KeyObject;
    readonly reason?: RevocationReason;
    readonly signal?: AbortSignal;
  }): Promise<void> {
    const { certificateKey, signal } = revocation;
    const { revokeCert: url } = await this.#session.directory(signal);
    const payload = revocationPayload(revocation.certificatePem, revocation.reason);
    const request = { url, action: "revokeCert", payload, signer: { certificateKey }, signal };
    await ignoreAlreadyRevoked(this.#session.post({ ...request, mayRepeat: true }));
  }
}
