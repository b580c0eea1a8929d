import type { CertificateKeyType } from "../../acme/certificate-key.ts";
import type { AcmeClient } from "../../acme/client.ts";
import { identifierOf } from "../../acme/identifier.ts";
import { AcmeProblem } from "../../acme/problem.ts";
import type { Clock } from "../../lib/clock.ts";
import { DocportError } from "../../lib/errors.ts";
import type { ChallengeResponder } from "../challenges/challenge-responder.ts";
import type { Generation } from "../generations/generation.ts";
import type { Generations } from "../generations/generations.ts";
import { AccountKeeper } from "../issuance/account-keeper.ts";
import type { CertificateAuthority } from "../issuance/certificate-authority.ts";
import { obtainCertificate } from "../issuance/obtain-certificate.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { publishedLimitsOf } from "../ledger/rate-limits.ts";
import type { Storage } from "../storage.ts";
import type { ServedCertificate } from "./served-certificate.ts";

export interface AttemptOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly generations: Generations;
  readonly served: ServedCertificate;
  readonly names: readonly string[];
  readonly set: string;
  readonly keyKey: string;
  readonly keyType: CertificateKeyType;
  readonly profile?: string | undefined;
  readonly responders: readonly ChallengeResponder[];
}

export interface AttemptPlan {
  readonly authority: CertificateAuthority;
  readonly client: AcmeClient;
  readonly exempt: boolean;
  /** What is served now, when it is kept as a generation. */
  readonly current?: Generation;
  readonly signal: AbortSignal;
  readonly onDoubt: (doubt: string) => void;
}

/** The account keeper of one CA. */
export function accountKeeperFor(
  { storage, ledger, clock }: Pick<AttemptOptions, "storage" | "ledger" | "clock">,
  authority: CertificateAuthority,
  client: AcmeClient,
): AccountKeeper {
  const { directoryUrl, terms } = authority;
  const limits = authority.limits ?? publishedLimitsOf(directoryUrl);
  return new AccountKeeper({ storage, ledger, clock, client, directoryUrl, terms, limits });
}

/**
 * One attempt at one CA, from the account to the handshake that shows the new leaf. Rejects with
 * what went wrong; whatever was being served is being served then.
 */
export async function attemptCertificate(
  options: AttemptOptions,
  plan: AttemptPlan,
): Promise<Generation> {
  const { ledger, set, storage, generations, served, keyKey } = options;
  const { authority, client, current, signal } = plan;
  const ca = authority.directoryUrl;
  const accounts = accountKeeperFor(options, authority, client);
  const account = await accounts.open(set, signal);
  const isSameCa = current?.source === "acme" && current.ca === ca;
  try {
    const { pair, profile, orderUrl } = await obtainCertificate({
      ...options,
      account,
      ca,
      limits: authority.limits ?? publishedLimitsOf(ca),
      identifiers: options.names.map((name) => identifierOf(name)),
      profile: await chooseProfile(options, client, signal),
      replaces: isSameCa ? current.pair.chain.ariCertificateId : undefined,
      exempt: plan.exempt,
      signal,
      onDoubt: plan.onDoubt,
    });
    const generation = await generations.add(pair, { source: "acme", ca, profile, orderUrl });
    const problem = await served.swapTo(generation.pair, signal);
    if (problem !== undefined) {
      await rollBack(options, generation, problem, { ca, url: orderUrl });
    }
    await generations.publish(generation);
    const { serialNumber, notAfter } = pair.chain;
    // The key first: one that is left behind would be taken for the next order.
    await storage.delete(keyKey);
    await ledger.append(set, { kind: "issued", ca, url: orderUrl, serialNumber, notAfter });
    await generations.prune(generation);
    return generation;
  } catch (error) {
    const isForgotten = error instanceof AcmeProblem && error.errorName === "accountDoesNotExist";
    if (isForgotten) await accounts.forgetUrl();
    throw error;
  }
}

async function rollBack(
  { generations, ledger, set, served, storage, keyKey }: AttemptOptions,
  generation: Generation,
  reason: string,
  order: { readonly ca: string; readonly url: string },
): Promise<never> {
  // With nothing to go back to, a certificate that may not be shown is better than none.
  if (!served.isServing(generation.pair)) {
    await generations.quarantine(generation.id, reason);
    await storage.delete(keyKey);
    await ledger.append(set, { kind: "order-closed", ...order });
  }
  throw new DocportError(
    "ERR_CERT_NOT_SHOWN",
    `The new certificate is not being served: ${reason}`,
    { hint: "Restart the server; the certificate from before is being served until then." },
  );
}

/**
 * The profile to ask for: the configured one, when the CA has it; for an IP address the short-lived
 * one, because public CAs issue for addresses in no other.
 */
async function chooseProfile(
  { profile, names }: AttemptOptions,
  client: AcmeClient,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { profiles } = await client.directory(signal);
  const hasAddress = names.some((name) => identifierOf(name).type === "ip");
  const wanted = profile ?? (hasAddress ? "shortlived" : undefined);
  return wanted !== undefined && profiles.has(wanted) ? wanted : undefined;
}
