import { createPrivateKey } from "node:crypto";
import { AcmeProblem } from "../acme/problem.ts";
import type { RevocationReason } from "../acme/revocation.ts";
import type { Clock } from "../lib/clock.ts";
import { DocportError } from "../lib/errors.ts";
import { coversAllNames } from "./generations/certificate-pair.ts";
import { certificateFileName } from "./generations/file-name.ts";
import type { Generation } from "./generations/generation.ts";
import { Generations } from "./generations/generations.ts";
import type { CertificateAuthority } from "./issuance/certificate-authority.ts";
import { Ledger } from "./ledger/ledger.ts";
import { identifierSetKey, type LedgerEntry } from "./ledger/ledger-entry.ts";
import { publishedLimitsOf } from "./ledger/rate-limits.ts";
import { accountKeeperFor } from "./manager/attempt.ts";
import { buildStatus, type CertificateStatus } from "./manager/certificate-status.ts";
import { LEASE } from "./manager/certificate-work.ts";
import { planStep } from "./manager/plan-step.ts";
import { RenewalNewsKeeper } from "./manager/renewal-news.ts";
import { leaveRenewalRequest, readRenewalRequest } from "./manager/renewal-request.ts";
import { judgeClock } from "./policy/clock-check.ts";
import type { Storage } from "./storage.ts";
import { ticketKeysKey } from "./tickets/ticket-keeper.ts";

export interface CertificateFolderOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  /** As the server has them: the first one names the files. */
  readonly names: readonly string[];
  readonly authorities: readonly [CertificateAuthority, ...CertificateAuthority[]];
}

const REQUEST_POLL_MS = 100;

/** How a certificate was revoked. */
export interface Revocation {
  readonly serialNumber: string;
  /** Directory URL. */
  readonly ca: string;
  readonly by: "account" | "certificate-key";
}

/** The certificate of one set of names as it lies in its folder, for whoever does not serve it. */
export class CertificateFolder {
  readonly #options: CertificateFolderOptions;
  readonly #set: string;

  constructor(options: CertificateFolderOptions) {
    this.#options = options;
    this.#set = identifierSetKey(options.names);
  }

  /** How it stands, and what a server would do next. Reads only: nothing is written or asked. */
  async status(): Promise<CertificateStatus> {
    const { storage, clock, names, authorities } = this.#options;
    const { current, visible } = await this.#generations().survey();
    const ledger = await Ledger.open(storage, clock);
    const pair = visible.kind === "new" ? visible.pair : current?.pair;
    const origin = visible.kind === "new" ? undefined : current;
    const id = origin?.source === "acme" ? pair?.chain.ariCertificateId : undefined;
    const news = id === undefined ? undefined : await this.#newsKeeper().load(id);
    const now = clock.now();
    const step = planStep({
      now,
      names,
      set: this.#set,
      ...(pair && { current: { source: "user" as const, ...origin, pair } }),
      ...(news?.planned && { planned: news.planned }),
      entries: ledger.entries,
      authorities: authorities.map(({ directoryUrl, limits }) => ({
        directoryUrl,
        limits: limits ?? publishedLimitsOf(directoryUrl),
      })),
      isForced: false,
      clock: judgeClock(now, undefined),
      waitInMemoryUntil: 0,
    });
    return buildStatus({
      now,
      names,
      served: pair,
      origin,
      step,
      news,
      coversAllNames: pair !== undefined && coversAllNames(pair, names),
      trouble: undefined,
      isFollower: false,
    });
  }

  /** What was asked of CAs for these names and what came of it, oldest first. */
  async history(): Promise<readonly LedgerEntry[]> {
    const { storage, clock } = this.#options;
    const { entries } = await Ledger.open(storage, clock);
    return entries.filter(({ set }) => set === this.#set);
  }

  /** The certificate in the folder; rejects with `ERR_CERT_NONE` when there is none. */
  async current(): Promise<Generation> {
    const { current } = await this.#generations().survey();
    if (current) return current;
    throw new DocportError(
      "ERR_CERT_NONE",
      `There is no certificate for ${this.#options.names.join(", ")} in this folder`,
      { hint: "Check --certs and --domain; `docport cert issue` gets one." },
    );
  }

  /** The URL of our account at the first CA, when there is one. */
  async accountUrl(): Promise<string | undefined> {
    const { storage, clock, authorities } = this.#options;
    const [authority] = authorities;
    const ledger = new Ledger(storage, clock);
    const keeper = accountKeeperFor(
      { ...this.#options, ledger },
      authority,
      authority.createClient(),
    );
    return (await keeper.peek()).url;
  }

  /**
   * Revokes the certificate: as the account that ordered it or, when that is gone, by the
   * certificate's own key. The files stay.
   */
  async revoke(reason: RevocationReason | undefined, signal: AbortSignal): Promise<Revocation> {
    const revocation = await this.#underLease(async (ledger): Promise<Revocation> => {
      const generation = await this.current();
      const authority = this.#issuerOf(generation);
      const { directoryUrl: ca } = authority;
      const by = await this.#revokeAt(authority, generation, { ledger, reason, signal });
      const { serialNumber } = generation.pair.chain;
      await ledger.append(this.#set, { kind: "revoked", ca, serialNumber, why: reason });
      return { serialNumber, ca, by };
    });
    // Whoever has the certificate's key may have these, too.
    await this.#options.storage.delete(ticketKeysKey(this.#options.names));
    // A server that runs sees from the ledger that it has to order; this makes it look at once. Not
    // before the lease is free, or it would look, find the folder taken, and wait for its next tick.
    await leaveRenewalRequest(this.#options.storage, this.#options.names, { isForced: false });
    return revocation;
  }

  /**
   * Asks the server that keeps this certificate to renew it now, whether it is due or not. Resolves
   * with whether one has taken the request within `timeoutMs`; if not, it stays for who comes.
   */
  async requestRenewal(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const { storage, names, clock } = this.#options;
    await leaveRenewalRequest(storage, names, { isForced: true });
    for (const end = clock.now() + timeoutMs; clock.now() < end; ) {
      if (!(await readRenewalRequest(storage, names))) return true;
      await clock.sleep(REQUEST_POLL_MS, signal);
    }
    return false;
  }

  /** Gives the account at the first CA a new key. Resolves with the account's URL. */
  async rollover(signal: AbortSignal): Promise<{ readonly ca: string; readonly account: string }> {
    return await this.#underLease(async (ledger) => {
      const [authority] = this.#options.authorities;
      const { directoryUrl: ca } = authority;
      const keeper = accountKeeperFor(
        { ...this.#options, ledger },
        authority,
        authority.createClient(),
      );
      if ((await keeper.peek()).thumbprint === undefined) {
        throw new DocportError("ERR_CERT_NONE", `There is no account at ${ca} yet`, {
          hint: "The first certificate makes one: run `docport cert issue` or start the server.",
        });
      }
      const account = await keeper.rollover(this.#set, signal);
      return { ca, account: account.url };
    });
  }

  async #revokeAt(
    authority: CertificateAuthority,
    { pair }: Generation,
    request: {
      readonly ledger: Ledger;
      readonly reason: RevocationReason | undefined;
      readonly signal: AbortSignal;
    },
  ): Promise<Revocation["by"]> {
    const { ledger, reason, signal } = request;
    const client = authority.createClient();
    const keeper = accountKeeperFor({ ...this.#options, ledger }, authority, client);
    const options = { ...(reason !== undefined && { reason }), signal };
    if ((await keeper.peek()).url !== undefined) {
      try {
        const account = await keeper.open(this.#set, signal);
        await account.revokeCertificate(pair.certPem, options);
        return "account";
      } catch (error) {
        if (!isAccountOfNoUse(error)) throw error;
      }
    }
    await client.revokeCertificate({
      certificatePem: pair.certPem,
      certificateKey: createPrivateKey(pair.keyPem),
      ...options,
    });
    return "certificate-key";
  }

  #issuerOf({ source, ca }: Generation): CertificateAuthority {
    const { authorities } = this.#options;
    // Of PEM files that somebody put there nobody knows whose they are; the CA says if not its own.
    const found =
      source === "user" ? authorities[0] : authorities.find((one) => one.directoryUrl === ca);
    if (found) return found;
    throw new DocportError(
      "ERR_CERT_NONE",
      `The certificate is from ${ca ?? "an unknown CA"}, which the settings do not name`,
      { hint: `Give --acme-directory ${ca ?? "URL"}.` },
    );
  }

  async #underLease<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
    const { storage, clock } = this.#options;
    await using lease = await storage.tryLock(LEASE);
    if (!lease) {
      throw new DocportError(
        "ERR_CERT_BUSY",
        "Another docport is working on the certificates in this folder at this moment",
        { hint: "Wait a minute and try again." },
      );
    }
    return await work(await Ledger.open(storage, clock));
  }

  #generations(): Generations {
    return new Generations(this.#options);
  }

  #newsKeeper(): RenewalNewsKeeper {
    const { storage, clock, names } = this.#options;
    const key = `.docport/${certificateFileName(names[0] ?? "")}/renewal.json`;
    return new RenewalNewsKeeper({ storage, clock, random: () => 0, key });
  }
}

/** The CA does not know it, or it is not the one that ordered the certificate. */
function isAccountOfNoUse(error: unknown): boolean {
  const names = ["unauthorized", "accountDoesNotExist"];
  return error instanceof AcmeProblem && names.includes(error.errorName ?? "");
}
