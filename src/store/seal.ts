import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { DocportError } from "../lib/errors.ts";

/** A key that values are sealed with. */
export interface SealKey {
  /** First eight bytes of the key's SHA-256: tells which key a value was sealed with. */
  readonly id: Buffer;
  /** 32 bytes. */
  readonly secret: Buffer;
}

const ID_BYTES = 8;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Reads 32 bytes in base64 or hexadecimal. Throws `ERR_STORE_KEY` for anything else. */
export function readSealKey(text: string): SealKey {
  const trimmed = text.trim();
  const isHex = /^[0-9a-f]{64}$/i.test(trimmed);
  const secret = Buffer.from(trimmed, isHex ? "hex" : "base64");
  if (secret.length !== KEY_BYTES) {
    throw new DocportError("ERR_STORE_KEY", "store: a key is 32 bytes in base64 or hexadecimal", {
      hint: "Make one with `openssl rand -base64 32`.",
    });
  }
  return { id: createHash("sha256").update(secret).digest().subarray(0, ID_BYTES), secret };
}

/**
 * Seals private keys with AES-256-GCM (NIST SP 800-38D): id of the key, nonce, ciphertext, tag. The
 * name of the value is authenticated with it, so nobody can put one value in another's place.
 */
export class Sealer {
  readonly #keys: readonly SealKey[];

  /** The first key seals; all of them open. */
  constructor(keys: readonly SealKey[]) {
    this.#keys = keys;
  }

  seal(name: string, value: Uint8Array): Buffer {
    const [key] = this.#keys;
    if (!key) throw noKey();
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", key.secret, iv);
    cipher.setAAD(Buffer.from(name));
    const body = Buffer.concat([cipher.update(value), cipher.final()]);
    return Buffer.concat([key.id, iv, body, cipher.getAuthTag()]);
  }

  /** Throws `ERR_STORE_KEY` when no key opens it, or it was changed. */
  open(name: string, sealed: Buffer): Buffer {
    const id = sealed.subarray(0, ID_BYTES);
    const key = this.#keys.find((one) => one.id.equals(id));
    if (!key || sealed.length < ID_BYTES + IV_BYTES + TAG_BYTES) throw noKey(name);
    const body = sealed.subarray(ID_BYTES + IV_BYTES, -TAG_BYTES);
    const decipher = createDecipheriv(
      "aes-256-gcm",
      key.secret,
      sealed.subarray(ID_BYTES, ID_BYTES + IV_BYTES),
    );
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(body), decipher.final()]);
    } catch (cause) {
      throw new DocportError("ERR_STORE_KEY", `store: ${name} was changed after it was sealed`, {
        hint: "Restore the database from a backup, or delete that value.",
        cause,
      });
    }
  }

  /** Whether `sealed` was sealed with the key that seals now. */
  isCurrent(sealed: Buffer): boolean {
    return this.#keys[0]?.id.equals(sealed.subarray(0, ID_BYTES)) ?? false;
  }
}

function noKey(name?: string): DocportError {
  const what = name === undefined ? "there is no key to seal with" : `no key opens ${name}`;
  return new DocportError("ERR_STORE_KEY", `store: ${what}`, {
    hint: "Give all replicas the same --store-key-file; while keys change it holds the old one, too.",
  });
}
