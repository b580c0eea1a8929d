import { createHmac, type KeyObject, sign } from "node:crypto";
import { AccountKey } from "./account-key.ts";

/** Flattened JSON serialization (RFC 7515 §7.2.2), the only one that ACME takes (RFC 8555 §6.2). */
export interface FlattenedJws {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
}

/** Who signs: an account by its URL, or a key by itself (newAccount, revocation, key change). */
export type JwsSigner =
  | { readonly key: AccountKey; readonly kid: string }
  | { readonly key: AccountKey }
  | { readonly certificateKey: KeyObject };

export interface JwsInput {
  readonly signer: JwsSigner;
  readonly url: string;
  /** Absent in the inner JWS of a key change (RFC 8555 §7.3.5). */
  readonly nonce?: string;
  /** An object; or the empty string for POST-as-GET (RFC 8555 §6.3). */
  readonly payload: object | "";
}

export function signJws(input: JwsInput): FlattenedJws {
  const { algorithm, identity, signText } = signing(input.signer);
  const header = {
    alg: algorithm,
    ...identity,
    ...(input.nonce === undefined ? {} : { nonce: input.nonce }),
    url: input.url,
  };
  const protectedHeader = base64url(JSON.stringify(header));
  const payload = input.payload === "" ? "" : base64url(JSON.stringify(input.payload));
  return {
    protected: protectedHeader,
    payload,
    signature: signText(`${protectedHeader}.${payload}`),
  };
}

interface Signing {
  readonly algorithm: string;
  readonly identity: object;
  readonly signText: (text: string) => string;
}

function signing(signer: JwsSigner): Signing {
  if ("certificateKey" in signer) return certificateKeySigning(signer.certificateKey);
  const { key } = signer;
  return {
    algorithm: key.algorithm,
    identity: "kid" in signer ? { kid: signer.kid } : { jwk: key.jwk },
    signText: (text) => key.sign(text),
  };
}

/** A certificate's key proves the right to revoke it (RFC 8555 §7.6); it may be RSA. */
function certificateKeySigning(privateKey: KeyObject): Signing {
  if (privateKey.asymmetricKeyType === "rsa") {
    const { e, n } = privateKey.export({ format: "jwk" });
    return {
      algorithm: "RS256",
      identity: { jwk: { e, kty: "RSA", n } },
      signText: (text) => sign("sha256", Buffer.from(text), privateKey).toString("base64url"),
    };
  }
  return signing({ key: AccountKey.fromPem(pemOf(privateKey)) });
}

function pemOf(privateKey: KeyObject): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** What a CA hands out to bind a new account to a customer of its own (RFC 8555 §7.3.4). */
export interface ExternalAccountBinding {
  readonly kid: string;
  /** The HMAC key in base64url, as CAs print it. */
  readonly hmacKey: string;
}

/** The inner JWS of newAccount: the account's public key under the HMAC of the CA's customer. */
export function signExternalAccountBinding(
  binding: ExternalAccountBinding,
  key: AccountKey,
  newAccountUrl: string,
): FlattenedJws {
  const header = { alg: "HS256", kid: binding.kid, url: newAccountUrl };
  const protectedHeader = base64url(JSON.stringify(header));
  const payload = base64url(JSON.stringify(key.jwk));
  const signature = createHmac("sha256", Buffer.from(binding.hmacKey, "base64url"))
    .update(`${protectedHeader}.${payload}`)
    .digest("base64url");
  return { protected: protectedHeader, payload, signature };
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
