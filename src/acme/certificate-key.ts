import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { createCertificateRequest } from "../lib/x509-writer.ts";
import type { Identifier } from "./identifier.ts";

/** Kinds of certificate keys that public CAs take. */
export type CertificateKeyType = "p256" | "p384" | "rsa2048" | "rsa3072" | "rsa4096";

export const CERTIFICATE_KEY_TYPES: readonly CertificateKeyType[] = [
  "p256",
  "p384",
  "rsa2048",
  "rsa3072",
  "rsa4096",
];

const generate = promisify(generateKeyPair);

/** A new private key. One for each order: a key that is used again is a leak that is used again. */
export async function generateCertificateKey(
  type: CertificateKeyType = "p256",
): Promise<KeyObject> {
  if (type === "p256" || type === "p384") {
    const namedCurve = type === "p256" ? "prime256v1" : "secp384r1";
    return (await generate("ec", { namedCurve })).privateKey;
  }
  const modulusLength = Number(type.slice("rsa".length));
  return (await generate("rsa", { modulusLength })).privateKey;
}

/** The CSR that finalizes an order (RFC 8555 §7.4), in DER: all identifiers, no common name. */
export function createCsr(identifiers: readonly Identifier[], privateKey: KeyObject): Uint8Array {
  return createCertificateRequest({ names: identifiers.map(({ value }) => value), privateKey });
}
