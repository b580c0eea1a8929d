import type { webcrypto } from "node:crypto";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import type { Clock } from "../../src/lib/clock.ts";

export const ISSUER = "https://login.example.com/realm";
export const AUDIENCE = "https://docs.example.com/mcp";

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicJwk: JWK;
}

export async function newSigningKey(kid: string, alg = "ES256"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    kid,
    alg,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" },
  };
}

/** A provider behind `fetch`: what it answers can be changed at any time. */
export class TestProvider {
  keys: JWK[];
  issuer: string = ISSUER;
  jwksUri: string = `${ISSUER}/keys`;
  /** Takes the place of every answer. */
  failure: (() => Promise<Response>) | undefined;
  readonly requests: string[] = [];

  constructor(keys: readonly SigningKey[]) {
    this.keys = keys.map(({ publicJwk }) => publicJwk);
  }

  /** Times the key set was fetched. */
  get keyFetches(): number {
    return this.requests.filter((url) => url === this.jwksUri).length;
  }

  readonly fetch: typeof fetch = async (input) => {
    const url = input instanceof Request ? input.url : input.toString();
    this.requests.push(url);
    if (this.failure) return this.failure();
    if (url === `${ISSUER}/.well-known/openid-configuration`) {
      return Response.json({ issuer: this.issuer, jwks_uri: this.jwksUri });
    }
    if (url === this.jwksUri) return Response.json({ keys: this.keys });
    return new Response("Not found", { status: 404 });
  };
}

/** An access token that is right in everything that the changes leave alone. */
export async function signToken(
  key: SigningKey,
  clock: Pick<Clock, "now">,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const now = Math.floor(clock.now() / 1_000);
  return new SignJWT({
    ...{ iss: ISSUER, aud: AUDIENCE, sub: "ada", scope: "docs:read docs:internal" },
    ...{ iat: now, exp: now + 300 },
    ...claims,
  })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: "at+jwt", ...header })
    .sign(key.privateKey);
}
