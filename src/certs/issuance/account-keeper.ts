import { createHash } from "node:crypto";
import type { Account } from "../../acme/account.ts";
import { AccountKey } from "../../acme/account-key.ts";
import type { AcmeClient } from "../../acme/client.ts";
import type { ExternalAccountBinding } from "../../acme/jws.ts";
import { AcmeProblem } from "../../acme/problem.ts";
import type { Clock } from "../../lib/clock.ts";
import { DocportError } from "../../lib/errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { judgeAccountLimit, type PublishedLimits } from "../ledger/rate-limits.ts";
import { LocalLimitError } from "../local-limit-error.ts";
import { isRecord, parseJson, stringIn } from "../parse-json.ts";
import { loadText, type Storage } from "../storage.ts";

export interface AccountTerms {
  /** Whether the person who runs this has agreed to the CA's terms of service. */
  readonly agreeTos: boolean;
  /** An e-mail address for the CA. Optional: CAs no longer write. */
  readonly email?: string | undefined;
  readonly externalAccountBinding?: ExternalAccountBinding | undefined;
}

export interface AccountKeeperOptions {
  readonly storage: Storage;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly client: AcmeClient;
  readonly directoryUrl: string;
  readonly terms: AccountTerms;
  readonly limits: PublishedLimits;
}

/**
 * The account at one CA, made once and kept. Its key is on disk before the CA hears of it, a key
 * whose URL was lost finds its account again, and during a rollover both keys are kept until the CA
 * has said which one is in force. Everything here needs the lease.
 */
export class AccountKeeper {
  readonly #options: AccountKeeperOptions;
  readonly #folder: string;

  constructor(options: AccountKeeperOptions) {
    this.#options = options;
    this.#folder = `.docport/accounts/${directoryId(options.directoryUrl)}`;
  }

  /** The account, found or made. No request when both key and URL are known. */
  async open(set: string, signal?: AbortSignal): Promise<Account> {
    const { client } = this.#options;
    await this.#settleRollover(signal);
    const key = await this.#loadKey();
    if (!key) return await this.#register(set, await this.#newKey(), signal);
    const url = await this.#loadUrl();
    if (url !== undefined) return client.account({ key, url });
    return (await this.#lookUp(key, signal)) ?? (await this.#register(set, key, signal));
  }

  /** The thumbprint and URL that are on disk, without asking anybody. */
  async peek(): Promise<{ readonly url?: string; readonly thumbprint?: string }> {
    const key = await this.#loadKey();
    const url = await this.#loadUrl();
    return { ...(key && { thumbprint: key.thumbprint }), ...(url !== undefined && { url }) };
  }

  /** The CA does not know the URL any more; the key stays, and finds or makes the account anew. */
  async forgetUrl(): Promise<void> {
    await this.#options.storage.delete(`${this.#folder}/account.json`);
  }

  /** Gives the account a new key (RFC 8555 §7.3.5). Rejects when the CA refuses; the old key stays. */
  async rollover(set: string, signal?: AbortSignal): Promise<Account> {
    const account = await this.open(set, signal);
    const next = await AccountKey.generate();
    await this.#storeKey("next-key.pem", next);
    await account.changeKey(next, signal);
    await this.#storeKey("key.pem", next);
    await this.#options.storage.delete(`${this.#folder}/next-key.pem`);
    return account;
  }

  /** After a rollover that was killed: the key that finds the account is the one in force. */
  async #settleRollover(signal: AbortSignal | undefined): Promise<void> {
    const { storage } = this.#options;
    const next = await this.#loadKey("next-key.pem");
    if (!next) return;
    if (await this.#lookUp(next, signal)) await this.#storeKey("key.pem", next);
    await storage.delete(`${this.#folder}/next-key.pem`);
  }

  async #lookUp(key: AccountKey, signal?: AbortSignal): Promise<Account | undefined> {
    try {
      const request = { key, onlyReturnExisting: true, ...(signal && { signal }) };
      const account = await this.#options.client.newAccount(request);
      await this.#storeUrl(account.url);
      return account;
    } catch (error) {
      const isUnknown = error instanceof AcmeProblem && error.errorName === "accountDoesNotExist";
      if (isUnknown) return undefined;
      throw error;
    }
  }

  async #register(set: string, key: AccountKey, signal?: AbortSignal): Promise<Account> {
    const { client, ledger, directoryUrl: ca, terms, limits, clock } = this.#options;
    const directory = await client.directory(signal);
    if (directory.termsOfService !== undefined && !terms.agreeTos) {
      throw new DocportError(
        "ERR_CERT_TERMS",
        `The CA wants its terms of service to be agreed to: ${directory.termsOfService}`,
        { hint: "Read them, and set --agree-tos if you agree." },
      );
    }
    if (directory.externalAccountRequired && !terms.externalAccountBinding) {
      throw new DocportError(
        "ERR_CERT_BINDING",
        "This CA wants an account of its own behind ours",
        {
          hint: "Get a key id and HMAC key from the CA; set --eab-kid and --eab-hmac.",
        },
      );
    }
    const verdict = judgeAccountLimit(limits, ledger.entries, ca, clock.now());
    if (clock.now() < verdict.allowedAt) throw new LocalLimitError("accounts", verdict.allowedAt);
    await ledger.append(set, { kind: "account-requested", ca });
    const account = await client.newAccount({
      key,
      ...(terms.agreeTos && { termsOfServiceAgreed: true }),
      ...(terms.email && { contact: [`mailto:${terms.email}`] }),
      ...(terms.externalAccountBinding && {
        externalAccountBinding: terms.externalAccountBinding,
      }),
      ...(signal && { signal }),
    });
    await this.#storeUrl(account.url);
    return account;
  }

  async #newKey(): Promise<AccountKey> {
    const key = await AccountKey.generate();
    await this.#storeKey("key.pem", key);
    return key;
  }

  async #loadKey(name = "key.pem"): Promise<AccountKey | undefined> {
    const path = `${this.#folder}/${name}`;
    const pem = await loadText(this.#options.storage, path, { secret: true });
    if (pem === undefined) return undefined;
    try {
      return AccountKey.fromPem(pem);
    } catch {
      // It is no key any more and never will be; a new account is the only way on. Kept, in case
      // somebody can still make sense of it.
      await this.#options.storage.store(`${path}.broken`, pem, { secret: true });
      await this.#options.storage.delete(path);
      await this.forgetUrl();
      return undefined;
    }
  }

  #storeKey(name: string, key: AccountKey): Promise<void> {
    return this.#options.storage.store(`${this.#folder}/${name}`, key.toPem(), { secret: true });
  }

  async #loadUrl(): Promise<string | undefined> {
    const text = await loadText(this.#options.storage, `${this.#folder}/account.json`);
    const value = parseJson(text ?? "");
    const url = isRecord(value) ? stringIn(value, "url") : undefined;
    return url !== undefined && URL.canParse(url) ? url : undefined;
  }

  #storeUrl(url: string): Promise<void> {
    const { storage, directoryUrl } = this.#options;
    const text = `${JSON.stringify({ url, directory: directoryUrl }, null, 2)}\n`;
    return storage.store(`${this.#folder}/account.json`, text);
  }
}

/** A folder name for a CA: its host for people, and a digest because a host may have several. */
function directoryId(directoryUrl: string): string {
  const host = new URL(directoryUrl).hostname.replaceAll(/[^a-z0-9.-]/g, "_");
  const digest = createHash("sha256").update(directoryUrl).digest("hex").slice(0, 8);
  return `${host}-${digest}`;
}
