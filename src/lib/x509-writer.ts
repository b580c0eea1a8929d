import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto";
import {
  decodeBitString,
  decodeElement,
  decodeSequence,
  encodeBitString,
  encodeContext,
  encodeNull,
  encodeObjectIdentifier,
  encodeSequence,
  encodeSet,
  encodeTime,
  encodeUnsignedInteger,
  encodeUtf8String,
} from "./der.ts";
import { subjectAltName } from "./x509-extensions.ts";

/** extensionRequest of PKCS #9 (RFC 2985 §5.4.2). */
const EXTENSION_REQUEST_OID = "1.2.840.113549.1.9.14";
const COMMON_NAME_OID = "2.5.4.3";

export interface CertificateRequest {
  /** DNS names (A-labels, wildcards allowed) and IP addresses. At least one. */
  readonly names: readonly string[];
  /** The private key that the certificate will be for: P-256, P-384 or RSA. */
  readonly privateKey: KeyObject;
}

/**
 * A PKCS #10 request (RFC 2986) in DER: empty subject, all names in subjectAltName and nothing in
 * the common name, which CAs no longer want.
 */
export function createCertificateRequest(request: CertificateRequest): Uint8Array {
  if (request.names.length === 0) throw new TypeError("certificate request: no names");
  const extensions = encodeSequence(subjectAltName(request.names));
  const attributes = encodeContext(
    0,
    "constructed",
    encodeSequence(encodeObjectIdentifier(EXTENSION_REQUEST_OID), encodeSet(extensions)),
  );
  const info = encodeSequence(
    encodeUnsignedInteger(0),
    encodeName(""),
    publicKeyInfo(request.privateKey),
    attributes,
  );
  return signed(info, request.privateKey);
}

export interface CertificateTemplate {
  /** Common name of the subject; empty for none. */
  readonly subject: string;
  /** Common name of the issuer. The same as `subject` in a self-signed certificate. */
  readonly issuer: string;
  /** Signs the certificate. */
  readonly issuerKey: KeyObject;
  /** The key that is certified; a private key stands for its public half. */
  readonly subjectKey: KeyObject;
  /** Epoch milliseconds, written in whole seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Encoded by the functions of x509-extensions.ts. */
  readonly extensions: readonly Uint8Array[];
  /** Big-endian. Default 16 random bytes. */
  readonly serialNumber?: Uint8Array;
}

/** A version 3 certificate (RFC 5280 §4.1) in DER. */
export function createCertificate(template: CertificateTemplate): Uint8Array {
  const info = encodeSequence(
    encodeContext(0, "constructed", encodeUnsignedInteger(2)),
    encodeUnsignedInteger(template.serialNumber ?? randomSerialNumber()),
    signatureAlgorithm(template.issuerKey).identifier,
    encodeName(template.issuer),
    encodeSequence(encodeTime(template.notBefore), encodeTime(template.notAfter)),
    encodeName(template.subject),
    publicKeyInfo(template.subjectKey),
    encodeContext(3, "constructed", encodeSequence(...template.extensions)),
  );
  return signed(info, template.issuerKey);
}

/** 126 random bits; never zero, never of more than 16 bytes (RFC 5280 §4.1.2.2). */
function randomSerialNumber(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

/** What names a key in subjectKeyIdentifier: SHA-256 of it, the first 160 bits (RFC 7093 §2). */
export function keyIdentifierOf(key: KeyObject): Uint8Array {
  const [, bits] = decodeSequence(decodeElement(publicKeyInfo(key)));
  return createHash("sha256").update(decodeBitString(bits)).digest().subarray(0, 20);
}

/** PEM (RFC 7468) of a certificate or another structure in DER. */
export function toPem(label: "CERTIFICATE" | "CERTIFICATE REQUEST", der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

function publicKeyInfo(key: KeyObject): Uint8Array {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return publicKey.export({ type: "spki", format: "der" });
}

function encodeName(commonName: string): Uint8Array {
  if (commonName === "") return encodeSequence();
  const attribute = encodeSequence(
    encodeObjectIdentifier(COMMON_NAME_OID),
    encodeUtf8String(commonName),
  );
  return encodeSequence(encodeSet(attribute));
}

function signed(info: Uint8Array, privateKey: KeyObject): Uint8Array {
  const { identifier, hash } = signatureAlgorithm(privateKey);
  return encodeSequence(info, identifier, encodeBitString(sign(hash, info, privateKey)));
}

interface SignatureAlgorithm {
  readonly identifier: Uint8Array;
  readonly hash: "sha256" | "sha384";
}

/** RFC 5758 §3.2 for ECDSA (no parameters), RFC 4055 §5 for RSA (parameters NULL). */
function signatureAlgorithm(key: KeyObject): SignatureAlgorithm {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === "prime256v1") return ecdsa("1.2.840.10045.4.3.2", "sha256");
  if (curve === "secp384r1") return ecdsa("1.2.840.10045.4.3.3", "sha384");
  if (key.asymmetricKeyType === "rsa") {
    const oid = encodeObjectIdentifier("1.2.840.113549.1.1.11");
    return { identifier: encodeSequence(oid, encodeNull()), hash: "sha256" };
  }
  throw new TypeError(
    `signing key: P-256, P-384 or RSA is expected, got ${curve ?? key.asymmetricKeyType ?? key.type}`,
  );
}

function ecdsa(oid: string, hash: "sha256" | "sha384"): SignatureAlgorithm {
  return { identifier: encodeSequence(encodeObjectIdentifier(oid)), hash };
}
