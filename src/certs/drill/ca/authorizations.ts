import { type Identifier, isSameIdentifiers, isWildcard } from "../../../acme/identifier.ts";
import type { AcmeServer, Answer, Routes, SignedRequest } from "./acme-server.ts";
import type { CaAuthorization, CaChallenge } from "./ca-store.ts";
import { Refusal } from "./refusal.ts";
import { thumbprintOf } from "./verify-jws.ts";

const DAY_MS = 86_400_000;

/** RFC 8555 §7.5. */
export const authorizationRoutes: Routes = {
  authorization: getOrDeactivateAuthorization,
  challenge: respondToChallenge,
};

/** A new authorization, or a valid one of before. */
export function authorizationFor(
  ca: AcmeServer,
  accountId: string,
  identifier: Identifier,
): CaAuthorization {
  const known = [...ca.store.authorizations.values()].find(
    (one) =>
      ca.behaviour.reusesAuthorizations &&
      one.status === "valid" &&
      one.accountId === accountId &&
      one.expires > ca.now() &&
      isSameIdentifiers([one.identifier], [identifier]),
  );
  if (known) return known;
  const authorization: CaAuthorization = {
    id: ca.store.nextId(),
    accountId,
    identifier,
    expires: ca.now() + 7 * DAY_MS,
    challenges: challengeTypes(identifier).map((type) => ({
      id: ca.store.nextId(),
      type,
      // The one that clients do not know has none, as in draft-ietf-acme-dns-persist.
      token: type === "dns-persist-01" ? undefined : newToken(ca),
      status: "pending",
      error: undefined,
      responses: 0,
    })),
    status: "pending",
  };
  ca.store.authorizations.set(authorization.id, authorization);
  return authorization;
}

function challengeTypes(identifier: Identifier): readonly string[] {
  if (isWildcard(identifier)) return ["dns-persist-01", "dns-01"];
  if (identifier.type === "ip") return ["http-01", "tls-alpn-01"];
  return ["dns-persist-01", "http-01", "dns-01", "tls-alpn-01"];
}

function newToken(ca: AcmeServer): string {
  const bytes = Array.from({ length: 32 }, () => Math.floor(ca.random() * 256));
  return Buffer.from(bytes).toString("base64url");
}

function getOrDeactivateAuthorization(ca: AcmeServer, request: SignedRequest): Answer {
  const authorization = ca.store.authorizations.get(request.id);
  if (!authorization) throw new Refusal(404, "malformed", "there is no such authorization");
  if (authorization.accountId !== request.accountId) {
    throw new Refusal(403, "unauthorized", "the authorization is another account's");
  }
  if (request.payload !== "") {
    if (request.payload["status"] !== "deactivated") {
      throw new Refusal(400, "malformed", "status: deactivated is expected");
    }
    authorization.status = "deactivated";
  }
  const { identifier, status } = authorization;
  const wildcard = isWildcard(identifier);
  const { retryAfter } = ca.behaviour;
  return {
    status: 200,
    json: {
      status,
      expires: new Date(authorization.expires).toISOString(),
      identifier: wildcard ? { type: "dns", value: identifier.value.slice(2) } : identifier,
      ...(wildcard ? { wildcard } : {}),
      challenges: authorization.challenges.map((challenge) => challengeJson(ca, challenge)),
    },
    headers: status === "pending" && retryAfter !== undefined ? { "retry-after": retryAfter } : {},
  };
}

function challengeJson(ca: AcmeServer, challenge: CaChallenge): object {
  const { id, type, token, status, error } = challenge;
  return {
    type,
    url: ca.urlOf("challenge", id),
    status,
    ...(token === undefined ? {} : { token }),
    ...(error ? { error } : {}),
  };
}

/** RFC 8555 §7.5.1. */
function respondToChallenge(ca: AcmeServer, request: SignedRequest): Answer {
  const authorization = [...ca.store.authorizations.values()].find(({ challenges }) =>
    challenges.some(({ id }) => id === request.id),
  );
  const challenge = authorization?.challenges.find(({ id }) => id === request.id);
  if (!authorization || !challenge || authorization.accountId !== request.accountId) {
    throw new Refusal(404, "malformed", "there is no such challenge");
  }
  if (request.payload !== "") {
    if (Object.keys(request.payload).length > 0)
      throw new Refusal(400, "malformed", "{} is expected");
    challenge.responses += 1;
    if (challenge.status === "pending" && authorization.status === "pending") {
      challenge.status = "processing";
      void validate(ca, authorization, challenge, thumbprintOf(request.jwk));
    }
  }
  const link = `<${ca.urlOf("authorization", authorization.id)}>;rel="up"`;
  return { status: 200, json: challengeJson(ca, challenge), headers: { link } };
}

async function validate(
  ca: AcmeServer,
  authorization: CaAuthorization,
  challenge: CaChallenge,
  thumbprint: string,
): Promise<void> {
  const { type, token = "" } = challenge;
  const keyAuthorization = `${token}.${thumbprint}`;
  const { identifier } = authorization;
  let result: Awaited<ReturnType<typeof ca.behaviour.validate>>;
  try {
    result = await ca.behaviour.validate({ identifier, type, token, keyAuthorization });
  } catch (error) {
    result = { type: "urn:ietf:params:acme:error:connection", detail: String(error) };
  }
  if (result === "never" || authorization.status !== "pending") return;
  if (result === "valid") {
    challenge.status = "valid";
    authorization.status = "valid";
    return;
  }
  const error = { ...result, status: 403 };
  challenge.status = "invalid";
  challenge.error = error;
  authorization.status = "invalid";
  for (const order of ca.store.orders.values()) {
    if (order.authorizations.includes(authorization) && !order.issuance) order.error = error;
  }
}
