import { generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  subjectAltName,
  subjectKeyIdentifier,
} from "../../src/lib/x509-extensions.ts";
import { createCertificate, keyIdentifierOf, toPem } from "../../src/lib/x509-writer.ts";

export const DAY_MS = 86_400_000;

export function newKey(namedCurve: "P-256" | "P-384" = "P-256"): KeyObject {
  return generateKeyPairSync("ec", { namedCurve }).privateKey;
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

export interface TestCa {
  readonly name: string;
  readonly key: KeyObject;
  readonly pem: string;
}

/** A CA of its own, or one that `parent` has signed. */
export function newCa(name: string, parent?: TestCa, now: number = Date.UTC(2026, 10, 22)): TestCa {
  const key = newKey();
  const issuerKey = parent?.key ?? key;
  const pem = toPem(
    "CERTIFICATE",
    createCertificate({
      subject: name,
      issuer: parent?.name ?? name,
      issuerKey,
      subjectKey: key,
      notBefore: now - DAY_MS,
      notAfter: now + 3650 * DAY_MS,
      extensions: [
        basicConstraints({ ca: true }),
        keyUsage(["keyCertSign", "cRLSign"]),
        subjectKeyIdentifier(keyIdentifierOf(key)),
        authorityKeyIdentifier(keyIdentifierOf(issuerKey)),
      ],
    }),
  );
  return { name, key, pem };
}

export interface LeafOptions {
  readonly ca: TestCa;
  readonly names: readonly string[];
  readonly key: KeyObject;
  readonly notBefore?: number;
  readonly notAfter?: number;
}

/** A server certificate in PEM, without its chain. */
export function newLeaf(options: LeafOptions): string {
  const now = Date.UTC(2026, 10, 22);
  return toPem(
    "CERTIFICATE",
    createCertificate({
      subject: "",
      issuer: options.ca.name,
      issuerKey: options.ca.key,
      subjectKey: options.key,
      notBefore: options.notBefore ?? now - 3_600_000,
      notAfter: options.notAfter ?? now + 90 * DAY_MS,
      extensions: [
        basicConstraints({ ca: false }),
        keyUsage(["digitalSignature"]),
        extendedKeyUsage(["serverAuth"]),
        authorityKeyIdentifier(keyIdentifierOf(options.ca.key)),
        subjectAltName(options.names, { critical: true }),
      ],
    }),
  );
}
