import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/** What every key begins with, so that people and secret scanners know it for one. */
export const BEARER_KEY_PREFIX = "dpk_";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SECRET_BYTES = 32;
/** Digits of base 62 that 32 bytes and a CRC-32 need at most. */
const SECRET_DIGITS = 43;
const CHECKSUM_DIGITS = 6;

const KEY = new RegExp(`^${BEARER_KEY_PREFIX}[0-9A-Za-z]{${SECRET_DIGITS + CHECKSUM_DIGITS}}$`);

/**
 * A new key: `dpk_`, 256 random bits in base 62, and a CRC-32 of all before it. By the checksum a
 * scanner tells a key from something that looks like one without asking a server.
 */
export function createBearerKey(random: (size: number) => Uint8Array = randomBytes): string {
  const secret = BigInt(`0x${Buffer.from(random(SECRET_BYTES)).toString("hex")}`);
  const body = BEARER_KEY_PREFIX + base62(secret, SECRET_DIGITS);
  return body + checksumOf(body);
}

/** Whether a text has the form and the checksum of a key. */
export function isBearerKey(text: string): boolean {
  return (
    KEY.test(text) && checksumOf(text.slice(0, -CHECKSUM_DIGITS)) === text.slice(-CHECKSUM_DIGITS)
  );
}

/** SHA-256, which is what is kept of a key: there is no guessing 256 random bits, however fast. */
export function hashBearerKey(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

function checksumOf(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_DIGITS);
}

function base62(value: bigint, digits: number): string {
  let text = "";
  for (let rest = value; text.length < digits; rest /= 62n)
    text = DIGITS[Number(rest % 62n)] + text;
  return text;
}
