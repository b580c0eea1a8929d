import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import {
  decodeBitString,
  decodeElement,
  decodeObjectIdentifier,
  decodeSequence,
} from "../../../lib/der.ts";
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  subjectAltName,
  subjectKeyIdentifier,
} from "../../../lib/x509-extensions.ts";
import { readCertificateRequest } from "../../../lib/x509-reader.ts";
import { createCertificate, keyIdentifierOf, toPem } from "../../../lib/x509-writer.ts";
import { Refusal } from "./refusal.ts";

interface Authority {
  readonly name: string;
  readonly key: KeyObject;
  readonly pem: string;
}

const YEAR_MS = 365 * 86_400_000;

/** A root, an intermediate under it that issues, and a second root that signs it crosswise. */
export class CertificateIssuer {
  readonly root: Authority;
  readonly otherRoot: Authority;
  readonly #intermediate: Authority;
  readonly #crossSigned: Authority;

  constructor(now: number) {
    this.root = authority("Test Root X1", undefined, now);
    this.otherRoot = authority("Test Root X2", undefined, now);
    this.#intermediate = authority("Test Intermediate E1", this.root, now);
    this.#crossSigned = authority(
      "Test Intermediate E1",
      this.otherRoot,
      now,
      this.#intermediate.key,
    );
  }

  /** PEM of the intermediate for each chain: the default one first, then the alternates. */
  get chains(): readonly string[] {
    return [this.#intermediate.pem, this.#crossSigned.pem];
  }

  /** The leaf in PEM. */
  issue(request: {
    readonly publicKeyInfo: Uint8Array;
    readonly names: readonly string[];
    readonly notBefore: number;
    readonly notAfter: number;
  }): string {
    const key = Buffer.from(request.publicKeyInfo);
    const der = createCertificate({
      subject: "",
      issuer: this.#intermediate.name,
      issuerKey: this.#intermediate.key,
      subjectKey: createPublicKey({ key, type: "spki", format: "der" }),
      notBefore: request.notBefore,
      notAfter: request.notAfter,
      extensions: [
        basicConstraints({ ca: false }),
        keyUsage(["digitalSignature"]),
        extendedKeyUsage(["serverAuth"]),
        authorityKeyIdentifier(keyIdentifierOf(this.#intermediate.key)),
        subjectAltName(request.names, { critical: true }),
      ],
    });
    return toPem("CERTIFICATE", der);
  }
}

function authority(
  name: string,
  parent: Authority | undefined,
  now: number,
  key: KeyObject = generateEcKey(),
): Authority {
  const issuerKey = parent?.key ?? key;
  const der = createCertificate({
    subject: name,
    issuer: parent?.name ?? name,
    issuerKey,
    subjectKey: key,
    notBefore: now - YEAR_MS,
    notAfter: now + 20 * YEAR_MS,
    extensions: [
      basicConstraints({ ca: true }),
      keyUsage(["keyCertSign", "cRLSign"]),
      subjectKeyIdentifier(keyIdentifierOf(key)),
      authorityKeyIdentifier(keyIdentifierOf(issuerKey)),
    ],
  });
  return { name, key, pem: toPem("CERTIFICATE", der) };
}

/** Synchronous, and cheap for this curve: a few tens of microseconds. */
export function generateEcKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

export interface CheckedCsr {
  readonly publicKeyInfo: Uint8Array;
  readonly names: readonly string[];
}

const SIGNATURE_HASHES: Readonly<Record<string, string>> = {
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.113549.1.1.11": "sha256",
};

/** Reads a CSR and holds it to what public CAs demand. */
export function checkCsr(csr: unknown): CheckedCsr {
  if (typeof csr !== "string" || !/^[\w-]+$/.test(csr)) throw badCsr("base64url is expected");
  const der = Buffer.from(csr, "base64url");
  try {
    const fields = readCertificateRequest(der);
    const [info, algorithm, signature] = decodeSequence(decodeElement(der));
    const [oid] = decodeSequence(algorithm);
    const publicKey = createPublicKey({
      key: Buffer.from(fields.publicKeyInfo),
      type: "spki",
      format: "der",
    });
    const hash = SIGNATURE_HASHES[decodeObjectIdentifier(oid)];
    const raw = info?.raw ?? new Uint8Array();
    if (hash === undefined || !verify(hash, raw, publicKey, decodeBitString(signature))) {
      throw badCsr("the signature is wrong");
    }
    if (fields.hasSubject) throw badCsr("the subject must be empty");
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
    if (type === "rsa" && (details?.modulusLength ?? 0) < 2048)
      throw badCsr("the RSA key is short");
    return fields;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw badCsr(String(error));
  }
}

export function badCsr(detail: string): Refusal {
  return new Refusal(400, "badCSR", `CSR: ${detail}`);
}
