import { errors, type JWTPayload, type JWTVerifyResult, jwtVerify } from "jose";
import type { Clock } from "../lib/clock.ts";
import { type ProviderKeys, ProviderUnavailable } from "./provider-keys.ts";
import { isScope } from "./scope.ts";

/** What became of a token. */
export type TokenVerdict =
  | {
      readonly kind: "accepted";
      /** The person or program that the token speaks for, as the provider names it. */
      readonly subject: string;
      readonly scopes: ReadonlySet<string>;
    }
  /** `reason` is for the client; it has nothing of the token. */
  | { readonly kind: "refused"; readonly reason: string }
  /** It cannot be told: the provider gives no keys. */
  | { readonly kind: "unavailable" };

/** Signatures that only the holder of a private key can make; neither `none` nor HMAC. */
const ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];
/** RFC 9068's type, and what providers wrote before it. */
const TYPES = ["at+jwt", "application/at+jwt", "jwt", "application/jwt"];
/** A request's headers have room for 16 KiB in all. */
const MAX_TOKEN_CHARS = 8 * 1024;
/** How far the provider's clock may be from ours. */
const CLOCK_TOLERANCE_SECONDS = 30;

export interface AccessTokenOptions {
  readonly issuer: string;
  /** A token is for us when its `aud` names one of these. */
  readonly audiences: readonly string[];
  readonly keys: Pick<ProviderKeys, "find">;
  readonly clock: Clock;
}

/**
 * Checks a JWT access token (RFC 9068): signature, issuer, audience, times, and that it is an access
 * token that works without a proof of possession. Never rejects.
 */
export async function verifyAccessToken(
  token: string,
  { issuer, audiences, keys, clock }: AccessTokenOptions,
): Promise<TokenVerdict> {
  if (token.length > MAX_TOKEN_CHARS) return refused("the token is too long");
  let verified: JWTVerifyResult;
  try {
    verified = await jwtVerify(token, (header, input) => keys.find(header, input), {
      issuer,
      audience: [...audiences],
      algorithms: ALGORITHMS,
      requiredClaims: ["exp"],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(clock.now()),
    });
  } catch (error) {
    if (error instanceof ProviderUnavailable) return { kind: "unavailable" };
    return refused(reasonOf(error));
  }
  const { payload, protectedHeader } = verified;
  const type = protectedHeader.typ?.toLowerCase();
  if (type !== undefined && !TYPES.includes(type)) return refused("it is not an access token");
  // An ID token is for the client that asked for it, whatever its audience is called.
  if (payload["nonce"] !== undefined || payload["at_hash"] !== undefined) {
    return refused("it is an ID token, not an access token");
  }
  if (payload["cnf"] !== undefined) return refused("it is bound to a key, which is not supported");
  return { kind: "accepted", subject: payload.sub ?? "", scopes: scopesOf(payload) };
}

/** `scope` as RFC 9068 has it; `scp`, as text or list, is what Entra ID and Okta write. */
function scopesOf(payload: JWTPayload): ReadonlySet<string> {
  const given: unknown[] = [payload["scope"], payload["scp"]].flat();
  const words = given.flatMap((each) => (typeof each === "string" ? each.split(" ") : []));
  return new Set(words.filter(isScope));
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "the token has expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "aud") return "the token is not for this server";
    if (error.claim === "iss") return "the token is from another issuer";
    if (error.claim === "nbf") return "the token is not valid yet";
    return "a claim of the token is missing or wrong";
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return "the token's algorithm is not allowed";
  if (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return "the token names no key of the provider";
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return "the signature is wrong";
  return "it is not a token that this server knows";
}

function refused(reason: string): TokenVerdict {
  return { kind: "refused", reason };
}
