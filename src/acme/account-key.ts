import { createHash, createPrivateKey, generateKeyPair, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import { DocportError } from "../lib/errors.ts";

/** Signature algorithms of RFC 7518 §3.4 that an account may use. */
export type AccountKeyAlgorithm = "ES256" | "ES384";

/** The public half as JWK (RFC 7517), with exactly the members that a thumbprint is made of. */
export interface AccountJwk {
  readonly crv: string;
  readonly kty: "EC";
  readonly x: string;
  readonly y: string;
}

const CURVES = {
  prime256v1: { algorithm: "ES256", hash: "sha256", crv: "P-256" },
  secp384r1: { algorithm: "ES384", hash: "sha384", crv: "P-384" },
} as const;

/** The key of an ACME account: whoever has it is the account (RFC 8555 §7.3). */
export class AccountKey {
  readonly algorithm: AccountKeyAlgorithm;
  readonly jwk: AccountJwk;
  /** RFC 7638, SHA-256, base64url: what key authorizations end with. */
  readonly thumbprint: string;
  readonly #privateKey: KeyObject;
  readonly #hash: "sha256" | "sha384";

  private constructor(privateKey: KeyObject) {
    const curve = curveOf(privateKey);
    this.#privateKey = privateKey;
    this.#hash = curve.hash;
    this.algorithm = curve.algorithm;
    const { x = "", y = "" } = privateKey.export({ format: "jwk" });
    this.jwk = { crv: curve.crv, kty: "EC", x, y };
    this.thumbprint = createHash("sha256").update(JSON.stringify(this.jwk)).digest("base64url");
  }

  static async generate(algorithm: AccountKeyAlgorithm = "ES256"): Promise<AccountKey> {
    const namedCurve = algorithm === "ES256" ? "prime256v1" : "secp384r1";
    const { privateKey } = await promisify(generateKeyPair)("ec", { namedCurve });
    return new AccountKey(privateKey);
  }

  /** Reads what {@link toPem} wrote, or another PEM of a P-256 or P-384 key. */
  static fromPem(pem: string): AccountKey {
    let privateKey: KeyObject;
    try {
      privateKey = createPrivateKey(pem);
    } catch (error) {
      throw unreadable(error);
    }
    return new AccountKey(privateKey);
  }

  /** PKCS #8. Keep it as one keeps a password. */
  toPem(): string {
    return this.#privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  }

  /** Signs as JWS wants it: r and s side by side, in base64url (RFC 7518 §3.4). */
  sign(input: string): string {
    const key = { key: this.#privateKey, dsaEncoding: "ieee-p1363" } as const;
    return sign(this.#hash, Buffer.from(input), key).toString("base64url");
  }

  /** RFC 8555 §8.1: what proves to the CA that a challenge is answered for this account. */
  keyAuthorization(token: string): string {
    return `${token}.${this.thumbprint}`;
  }
}

function curveOf(key: KeyObject): (typeof CURVES)[keyof typeof CURVES] {
  const { namedCurve } = key.asymmetricKeyDetails ?? {};
  if (namedCurve === "prime256v1" || namedCurve === "secp384r1") return CURVES[namedCurve];
  throw unreadable();
}

function unreadable(cause?: unknown): DocportError {
  return new DocportError("ERR_ACME_ACCOUNT_KEY", "The account key is not a P-256 or P-384 key.", {
    cause,
    hint: "Restore the account key from a backup, or move it away to register a new account.",
  });
}
