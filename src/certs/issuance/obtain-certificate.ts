import { createPrivateKey, type KeyObject } from "node:crypto";
import type { Account } from "../../acme/account.ts";
import {
  type CertificateKeyType,
  createCsr,
  generateCertificateKey,
} from "../../acme/certificate-key.ts";
import type { Identifier } from "../../acme/identifier.ts";
import type { DownloadedCertificate, Order } from "../../acme/order.ts";
import { AcmeProblem } from "../../acme/problem.ts";
import type { Clock } from "../../lib/clock.ts";
import { DocportError } from "../../lib/errors.ts";
import type { ChallengeResponder } from "../challenges/challenge-responder.ts";
import {
  type CertificatePair,
  judgeIssuedPair,
  readPair,
} from "../generations/certificate-pair.ts";
import { type OrderInFlight, orderInFlight } from "../ledger/attempt-history.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { judgeOrderLimits, type PublishedLimits } from "../ledger/rate-limits.ts";
import { LocalLimitError } from "../local-limit-error.ts";
import { loadText, type Storage } from "../storage.ts";
import { authorizeOrder } from "./authorize.ts";

export interface ObtainOptions {
  readonly storage: Storage;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly account: Account;
  /** Directory URL. */
  readonly ca: string;
  readonly limits: PublishedLimits;
  readonly set: string;
  readonly identifiers: readonly Identifier[];
  /** Where the order's private key is kept until the certificate is. */
  readonly keyKey: string;
  readonly keyType: CertificateKeyType;
  readonly profile?: string | undefined;
  /** ARI identifier of the certificate that is renewed, at the CA that issued it. */
  readonly replaces?: string | undefined;
  /** Inside the CA's renewal window. */
  readonly exempt: boolean;
  readonly responders: readonly ChallengeResponder[];
  readonly signal: AbortSignal;
  readonly onDoubt: (doubt: string) => void;
}

export interface ObtainedCertificate {
  readonly pair: CertificatePair;
  /** The profile that the CA says it used. */
  readonly profile: string | undefined;
  readonly orderUrl: string;
}

/** An order that this many attempts have failed on is left for a new one. */
const MAX_STANDSTILLS = 5;
/** So is one that the CA does not bring to an end, however friendly it is about it. */
const MAX_UNFINISHED_MS = 24 * 3_600_000;

/**
 * Gets one certificate: takes up the order in flight, or places one, and brings it to its end. The
 * ledger has each step before it is taken and the key is on disk before the CSR is sent, so a kill
 * anywhere costs nothing: the next call goes on from the order's own state. Rejects with what went
 * wrong; the order stays in flight unless the CA has closed it.
 */
export async function obtainCertificate(options: ObtainOptions): Promise<ObtainedCertificate> {
  const order = (await resumeOrder(options)) ?? (await placeOrder(options));
  try {
    if (order.state.status === "pending") await proveAndFinalize(order, options);
    else if (order.state.status === "ready") await finalizeOrder(order, options);
    await order.pollIssued({ signal: options.signal });
    return await download(order, options);
  } catch (error) {
    if (await isClosed(error, order, options)) await close(order.url, options);
    throw error;
  }
}

async function resumeOrder(options: ObtainOptions): Promise<Order | undefined> {
  const { ledger, set, ca, account, signal, clock } = options;
  const inFlight = orderInFlight(ledger.entries, set);
  if (!inFlight || inFlight.ca !== ca) return undefined;
  const order = await findAgain(inFlight, account, signal);
  const isOpen = order !== undefined && !isOverdue(order, inFlight, clock.now());
  const hasKey = order !== undefined && (await hasItsKey(order, options));
  if (isOpen && hasKey && inFlight.standstills < MAX_STANDSTILLS) {
    await ledger.append(set, { kind: "order-resumed", ca, url: order.url });
    return order;
  }
  await close(inFlight.url, options);
  return undefined;
}

/** A certificate that was issued can be fetched for long; everything before that has its time. */
function isOverdue({ state }: Order, { createdAt }: OrderInFlight, now: number): boolean {
  const isExpired = state.expires !== undefined && state.expires <= now;
  return state.status !== "valid" && (isExpired || now - createdAt > MAX_UNFINISHED_MS);
}

/** Undefined when the CA does not know the order any more. */
async function findAgain(
  { url }: OrderInFlight,
  account: Account,
  signal: AbortSignal,
): Promise<Order | undefined> {
  try {
    return await account.order(url, signal);
  } catch (error) {
    const status = error instanceof AcmeProblem ? error.status : undefined;
    if (status === 404 || status === 410) return undefined;
    throw error;
  }
}

/** Once the CSR was sent, only the key that made it is of any use. */
async function hasItsKey(order: Order, options: ObtainOptions): Promise<boolean> {
  const isBefore = order.state.status === "pending" || order.state.status === "ready";
  return isBefore || (await loadOrderKey(options)) !== undefined;
}

async function placeOrder(options: ObtainOptions): Promise<Order> {
  const { identifiers, profile, replaces } = options;
  try {
    return await requestOrder(options, {
      identifiers,
      ...(profile !== undefined && { profile }),
      ...(replaces !== undefined && { replaces }),
    });
  } catch (error) {
    // Each CA has reasons of its own to refuse `replaces`; a renewal must not fail for one. And a
    // profile that is gone is a reason to take the CA's default, which its directory lists.
    const isRefused = error instanceof AcmeProblem && (error.status ?? 500) < 500;
    if (!isRefused || error.errorName === "rateLimited") throw error;
    if (error.errorName === "accountDoesNotExist") throw error;
    const isAboutProfile = error.errorName === "invalidProfile";
    if (replaces === undefined && !(profile !== undefined && isAboutProfile)) throw error;
    const kept = profile !== undefined && !isAboutProfile ? { profile } : {};
    return await requestOrder({ ...options, exempt: false }, { identifiers, ...kept });
  }
}

async function requestOrder(
  options: ObtainOptions,
  request: Parameters<Account["newOrder"]>[0],
): Promise<Order> {
  const { ledger, set, ca, limits, clock, account, exempt, signal } = options;
  const now = clock.now();
  const names = options.identifiers.map(({ value }) => value);
  const verdict = judgeOrderLimits(limits, ledger.entries, { ca, set, names, now });
  if (!exempt && now < verdict.allowedAt) {
    throw new LocalLimitError(LIMIT_NAMES[verdict.limit ?? "newOrders"], verdict.allowedAt);
  }
  await ledger.append(set, { kind: "order-requested", ca, exempt });
  const order = await account.newOrder(request, signal);
  await ledger.append(set, { kind: "order-created", ca, exempt, url: order.url });
  return order;
}

const LIMIT_NAMES: Readonly<Record<keyof PublishedLimits, string>> = {
  newAccounts: "new accounts",
  newOrders: "new orders",
  certificatesPerSet: "certificates for exactly these names",
  failedValidationsPerIdentifier: "failed validations of these names",
};

/**
 * With every authorization valid the order is ready, so it is not asked whether it is: that would be
 * a request more for each certificate. Only a CA that lags behind itself is waited for.
 */
async function proveAndFinalize(order: Order, options: ObtainOptions): Promise<void> {
  await authorizeOrder({ ...options, order });
  try {
    await finalizeOrder(order, options);
  } catch (error) {
    const isNotReady = error instanceof AcmeProblem && error.errorName === "orderNotReady";
    if (!isNotReady) throw error;
    await order.pollReady({ signal: options.signal });
    if (order.state.status === "ready") await finalizeOrder(order, options);
  }
}

async function finalizeOrder(order: Order, options: ObtainOptions): Promise<void> {
  const { ledger, set, ca, identifiers, signal } = options;
  const exempt = orderInFlight(ledger.entries, set)?.exempt ?? false;
  const key = (await loadOrderKey(options)) ?? (await newOrderKey(options));
  await ledger.append(set, { kind: "finalize-requested", ca, url: order.url, exempt });
  await order.finalize(createCsr(identifiers, key), signal);
}

async function loadOrderKey({ storage, keyKey }: ObtainOptions): Promise<KeyObject | undefined> {
  const pem = await loadText(storage, keyKey, { secret: true });
  if (pem === undefined) return undefined;
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined; // Damaged: as good as lost.
  }
}

async function newOrderKey({ storage, keyKey, keyType }: ObtainOptions): Promise<KeyObject> {
  const key = await generateCertificateKey(keyType);
  await storage.store(keyKey, exportKey(key), { secret: true });
  return key;
}

function exportKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** The certificate with the first chain that is fit to be served: the CA's own, or an alternate. */
async function download(order: Order, options: ObtainOptions): Promise<ObtainedCertificate> {
  const { account, signal } = options;
  const key = await loadOrderKey(options);
  if (!key) throw rejected("the private key of the order is gone");
  const first = await order.downloadCertificate(signal).catch((error: unknown) => {
    if (error instanceof DocportError && error.code === "ERR_CERT_UNREADABLE")
      throw rejected(error.message, error);
    throw error;
  });
  const problem = problemWith(first, key, options);
  const found = { profile: order.state.profile, orderUrl: order.url };
  if (typeof problem !== "string") return { pair: problem, ...found };
  for (const url of first.alternates.slice(0, 3)) {
    const other = await account.downloadCertificate(url, signal).catch(() => undefined);
    const pair = other && problemWith(other, key, options);
    if (pair && typeof pair !== "string") return { pair, ...found };
  }
  throw rejected(problem);
}

/** The pair, or what speaks against it. */
function problemWith(
  { chain }: DownloadedCertificate,
  key: KeyObject,
  { identifiers, clock }: ObtainOptions,
): CertificatePair | string {
  const { pair, problem } = readPair(chain.pem, exportKey(key));
  if (!pair) return problem;
  const names = identifiers.map(({ value }) => value);
  return judgeIssuedPair(pair, names, clock.now())[0] ?? pair;
}

function rejected(reason: string, cause?: unknown): DocportError {
  return new DocportError(
    "ERR_CERT_REJECTED",
    `The CA sent a certificate that is no use: ${reason}`,
    {
      hint: "Nothing: the certificate in use stays, and this one is asked for again.",
      cause,
    },
  );
}

/** Whether nothing can come of the order any more. */
async function isClosed(error: unknown, order: Order, { signal }: ObtainOptions): Promise<boolean> {
  if (!(error instanceof DocportError) || signal.aborted) return false;
  if (error.code === "ERR_ACME_ORDER_INVALID") return true;
  if (error.code === "ERR_ACME_AUTHORIZATION_INVALID") return true;
  const isRefusal = error instanceof AcmeProblem && (error.status ?? 500) < 500;
  if (!isRefusal || error.errorName === "rateLimited") return false;
  // A refused CSR may or may not have cost the order; the order knows.
  const state = await order.refresh(signal).catch(() => undefined);
  return state?.status === "invalid";
}

/** Forgets the order and its key: a key that was shown to the CA once is not shown again. */
async function close(
  url: string,
  { ledger, set, ca, storage, keyKey }: ObtainOptions,
): Promise<void> {
  await storage.delete(keyKey);
  await ledger.append(set, { kind: "order-closed", ca, url });
}
