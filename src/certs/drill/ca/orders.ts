import { type Identifier, identifierOf, isSameIdentifiers } from "../../../acme/identifier.ts";
import { parseCertificateChain } from "../../../lib/certificate-chain.ts";
import { members } from "./accounts.ts";
import type { AcmeServer, Answer, Routes, SignedRequest } from "./acme-server.ts";
import { authorizationFor } from "./authorizations.ts";
import type { CaOrder, IssuedCertificate } from "./ca-store.ts";
import { badCsr, checkCsr } from "./issuer.ts";
import { Refusal } from "./refusal.ts";
import { publicKeyOf } from "./verify-jws.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** RFC 8555 §7.4. */
export const orderRoutes: Routes = {
  newOrder,
  order: (ca, request) => orderAnswer(ca, ownOrder(ca, request, request.id), 200),
  finalize,
};

type OrderStatus = "pending" | "ready" | "processing" | "valid" | "invalid";

/** RFC 8555 §7.1.6, computed and not stored: an order's status follows from its parts. */
function statusOf(ca: AcmeServer, order: CaOrder): OrderStatus {
  if (order.error) return "invalid";
  if (order.issuance) return ca.now() >= order.issuance.readyAt ? "valid" : "processing";
  if (ca.now() >= order.expires) return "invalid";
  if (order.authorizations.every(({ status }) => status === "valid")) return "ready";
  return order.authorizations.every(({ status }) => status === "valid" || status === "pending")
    ? "pending"
    : "invalid";
}

function newOrder(ca: AcmeServer, request: SignedRequest): Answer {
  const payload = members(request);
  if ("notBefore" in payload || "notAfter" in payload) {
    throw new Refusal(400, "malformed", "notBefore and notAfter are not supported");
  }
  const accountId = request.accountId ?? "";
  const identifiers = readIdentifiers(ca, payload["identifiers"]);
  const profile = readProfile(ca, payload["profile"]);
  const replaces = readReplaces(ca, accountId, identifiers, payload["replaces"]);
  const open = [...ca.store.orders.values()].find(
    (order) =>
      ca.behaviour.reusesOrders &&
      order.accountId === accountId &&
      order.profile === profile &&
      isSameIdentifiers(order.identifiers, identifiers) &&
      ["pending", "ready"].includes(statusOf(ca, order)),
  );
  if (open) return orderAnswer(ca, open, 201);
  const order: CaOrder = {
    id: ca.store.nextId(),
    accountId,
    identifiers,
    authorizations: identifiers.map((identifier) => authorizationFor(ca, accountId, identifier)),
    expires: ca.now() + 7 * DAY_MS,
    profile,
    replaces,
    issuance: undefined,
    error: undefined,
  };
  ca.store.orders.set(order.id, order);
  return orderAnswer(ca, order, 201);
}

function readIdentifiers(ca: AcmeServer, value: unknown): readonly Identifier[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > 100) {
    throw new Refusal(400, "malformed", "1 to 100 identifiers are expected");
  }
  const identifiers = value.map((one: { type?: unknown; value?: unknown }) => {
    const name = String(one.value);
    const canonical = canonicalIdentifier(name);
    if (!canonical || canonical.type !== one.type || canonical.value !== name) {
      throw new Refusal(400, "malformed", `${String(one.type)} ${name} is not an identifier`);
    }
    return canonical;
  });
  if (new Set(identifiers.map(({ value }) => value)).size < identifiers.length) {
    throw new Refusal(400, "malformed", "an identifier is there twice");
  }
  const rejected = identifiers.filter((one) => ca.behaviour.rejectedNames.includes(one.value));
  if (rejected.length > 0) {
    const type = "urn:ietf:params:acme:error:rejectedIdentifier";
    throw new Refusal(403, "rejectedIdentifier", "some names are not allowed", {
      subproblems: rejected.map((identifier) => ({
        type,
        detail: `${identifier.value} is forbidden by policy`,
        identifier,
      })),
    });
  }
  return identifiers;
}

function canonicalIdentifier(name: string): Identifier | undefined {
  try {
    return identifierOf(name);
  } catch {
    return undefined;
  }
}

function readProfile(ca: AcmeServer, value: unknown): string | undefined {
  if (value === undefined) return ca.behaviour.offersProfiles ? defaultProfile(ca) : undefined;
  if (
    ca.behaviour.offersProfiles &&
    typeof value === "string" &&
    Object.hasOwn(ca.behaviour.profiles, value)
  ) {
    return value;
  }
  throw new Refusal(400, "invalidProfile", `there is no profile ${JSON.stringify(value)}`);
}

function defaultProfile(ca: AcmeServer): string {
  return Object.keys(ca.behaviour.profiles)[0] ?? "";
}

/** RFC 9773 §5. */
function readReplaces(
  ca: AcmeServer,
  accountId: string,
  identifiers: readonly Identifier[],
  value: unknown,
): string | undefined {
  if (value === undefined || !ca.behaviour.offersRenewalInfo) return undefined;
  const certificate = [...ca.store.certificates.values()].find(
    ({ ariCertificateId }) => ariCertificateId === value,
  );
  if (!certificate)
    throw new Refusal(404, "malformed", `replaces: no certificate ${JSON.stringify(value)}`);
  if (certificate.accountId !== accountId) {
    throw new Refusal(403, "unauthorized", "replaces: the certificate is another account's");
  }
  if (!identifiers.some((one) => certificate.names.includes(one.value))) {
    throw new Refusal(400, "malformed", "replaces: the certificate has none of these names");
  }
  const inFlight = [...ca.store.orders.values()].some(
    (order) => order.replaces === value && statusOf(ca, order) !== "invalid",
  );
  if (inFlight || certificate.replacedBy !== undefined) {
    throw new Refusal(
      409,
      "alreadyReplaced",
      `replaces: ${certificate.ariCertificateId} is replaced already`,
    );
  }
  return certificate.ariCertificateId;
}

function ownOrder(ca: AcmeServer, request: SignedRequest, id: string): CaOrder {
  const order = ca.store.orders.get(id);
  if (!order) throw new Refusal(404, "malformed", `there is no order ${id}`);
  if (order.accountId !== request.accountId) {
    throw new Refusal(403, "unauthorized", "the order is another account's");
  }
  return order;
}

function orderAnswer(ca: AcmeServer, order: CaOrder, httpStatus: number): Answer {
  const status = statusOf(ca, order);
  const { retryAfter } = ca.behaviour;
  const isWaiting = status === "processing" && retryAfter !== undefined;
  return {
    status: httpStatus,
    json: {
      status,
      expires: new Date(order.expires).toISOString(),
      identifiers: order.identifiers,
      authorizations: order.authorizations.map(({ id }) => ca.urlOf("authorization", id)),
      finalize: ca.urlOf("finalize", order.id),
      ...(order.profile === undefined ? {} : { profile: order.profile }),
      ...(order.replaces === undefined ? {} : { replaces: order.replaces }),
      ...(order.error ? { error: order.error } : {}),
      ...(status === "valid" && order.issuance
        ? { certificate: ca.urlOf("certificate", order.issuance.certificate.id) }
        : {}),
    },
    headers: {
      location: ca.urlOf("order", order.id),
      ...(isWaiting ? { "retry-after": retryAfter } : {}),
    },
  };
}

/** RFC 8555 §7.4. */
function finalize(ca: AcmeServer, request: SignedRequest): Answer {
  const order = ownOrder(ca, request, request.id);
  const status = statusOf(ca, order);
  if (status !== "ready") throw new Refusal(403, "orderNotReady", `the order is ${status}`);
  const csr = checkCsr(members(request)["csr"]);
  const wanted = order.identifiers.map(({ value }) => value);
  if (csr.names.toSorted().join() !== wanted.toSorted().join()) {
    throw badCsr(`it is for ${csr.names.join()}, the order for ${wanted.join()}`);
  }
  const accountKey = publicKeyOf(request.jwk).export({ type: "spki", format: "der" });
  if (Buffer.compare(accountKey, csr.publicKeyInfo) === 0) throw badCsr("that is the account key");
  order.issuance = {
    certificate: issue(ca, order, csr),
    readyAt: ca.now() + ca.behaviour.processingMs,
  };
  return orderAnswer(ca, order, 200);
}

function issue(
  ca: AcmeServer,
  order: CaOrder,
  csr: { readonly publicKeyInfo: Uint8Array; readonly names: readonly string[] },
): IssuedCertificate {
  const profile = ca.behaviour.profiles[order.profile ?? defaultProfile(ca)];
  // Whole seconds, and in the past by an hour, as public CAs do it for clocks that are behind.
  const notBefore = Math.floor(ca.now() / 1000) * 1000 - HOUR_MS;
  const notAfter = notBefore + (profile?.lifetimeMs ?? 90 * DAY_MS) - 1000;
  const leafPem = ca.issuer.issue({ ...csr, notBefore, notAfter });
  const certificate: IssuedCertificate = {
    id: ca.store.nextId(),
    accountId: order.accountId,
    names: csr.names,
    profile: order.profile,
    notBefore,
    notAfter,
    publicKeyInfo: csr.publicKeyInfo,
    leafPem,
    ariCertificateId: parseCertificateChain(leafPem).ariCertificateId ?? "",
    replaces: order.replaces,
    replacedBy: undefined,
    revoked: false,
  };
  ca.store.certificates.set(certificate.id, certificate);
  for (const one of ca.store.certificates.values()) {
    if (one.ariCertificateId === order.replaces) one.replacedBy = certificate.id;
  }
  return certificate;
}
