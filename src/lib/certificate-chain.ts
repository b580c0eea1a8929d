import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { DocportError, messageOf } from "./errors.ts";
import { canonicalIp } from "./ip-address.ts";
import { type CertificateFields, readCertificateFields } from "./x509-reader.ts";

/** A certificate with the intermediates that a server sends along, leaf first. */
export interface CertificateChain {
  /** The CERTIFICATE blocks and nothing else: a key or a remark between them is dropped. */
  readonly pem: string;
  /** DNS names in lower case and canonical IP addresses that the leaf is for. */
  readonly names: readonly string[];
  /** Epoch milliseconds of the leaf. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Of the leaf, in upper-case hexadecimal. */
  readonly serialNumber: string;
  /** Unique identifier of RFC 9773 §4.1; absent when the leaf has no authority key identifier. */
  readonly ariCertificateId: string | undefined;
  /** The common name of the leaf's issuer, or its whole distinguished name when it has none. */
  readonly issuer: string;
  /** SHA-256 of the leaf, upper-case hexadecimal with colons. */
  readonly fingerprint256: string;
}

/** Far more than any CA sends; a file that is larger is something else. */
const MAX_PEM_CHARS = 256 * 1024;
const MAX_CERTIFICATES = 10;
const CERTIFICATE_BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Reads a PEM file of certificates. Throws ERR_CERT_UNREADABLE when it holds none or a broken one. */
export function parseCertificateChain(pem: string): CertificateChain {
  const { certificates, blocks } = readCertificates(pem);
  const [leaf] = certificates;
  if (!leaf) throw unreadable("there is no CERTIFICATE block in it");
  const fields = readFields(leaf);
  return {
    pem: blocks,
    names: fields.names,
    notBefore: fields.notBefore,
    notAfter: fields.notAfter,
    serialNumber: leaf.serialNumber,
    ariCertificateId: ariCertificateIdOf(fields),
    issuer: nameOf(leaf.issuer),
    fingerprint256: leaf.fingerprint256,
  };
}

/** The common name, or the whole distinguished name. Node gives undefined for an empty one. */
function nameOf(distinguishedName: string | undefined): string {
  const whole = distinguishedName ?? "";
  return /^CN=(.+)$/m.exec(whole)?.[1] ?? whole.replaceAll("\n", ", ");
}

function readCertificates(pem: string): {
  readonly certificates: readonly X509Certificate[];
  readonly blocks: string;
} {
  if (pem.length > MAX_PEM_CHARS) {
    throw unreadable(`at most ${MAX_PEM_CHARS} characters are expected, got ${pem.length}`);
  }
  const blocks = pem.match(CERTIFICATE_BLOCK) ?? [];
  if (blocks.length > MAX_CERTIFICATES) {
    throw unreadable(`at most ${MAX_CERTIFICATES} certificates are expected, got ${blocks.length}`);
  }
  try {
    const certificates = blocks.map((block) => new X509Certificate(block));
    return { certificates, blocks: certificates.map((one) => one.toString()).join("") };
  } catch (error) {
    throw unreadable(messageOf(error), error);
  }
}

function readFields(certificate: X509Certificate): CertificateFields {
  try {
    return readCertificateFields(certificate.raw);
  } catch (error) {
    throw unreadable(messageOf(error), error);
  }
}

function unreadable(why: string, cause?: unknown): DocportError {
  return new DocportError("ERR_CERT_UNREADABLE", `The certificate cannot be read: ${why}`, {
    cause,
    hint: "Put a PEM file there with the certificate first and its intermediates after it.",
  });
}

/** base64url of the key identifier and of the serial number's DER content, joined by a dot. */
function ariCertificateIdOf(fields: CertificateFields): string | undefined {
  if (!fields.authorityKeyIdentifier) return undefined;
  const keyIdentifier = Buffer.from(fields.authorityKeyIdentifier).toString("base64url");
  return `${keyIdentifier}.${Buffer.from(fields.serialNumberDer).toString("base64url")}`;
}

export interface CertificateCheck {
  readonly chain: CertificateChain;
  /** The private key, PKCS #8, PKCS #1 or SEC 1 in PEM. */
  readonly keyPem: string;
  /** DNS names, wildcards and IP addresses that must be covered. */
  readonly names: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Everything that would make this pair fail in front of a client, in plain sentences; an empty
 * list is good. Trust in the root is not judged: a private CA's certificate is as good as any.
 */
export function checkCertificate(check: CertificateCheck): readonly string[] {
  const { certificates } = readCertificates(check.chain.pem);
  return [
    ...keyFindings(certificates, check.keyPem),
    ...chainFindings(certificates),
    ...nameFindings(check.chain.names, check.names),
    ...dateFindings(certificates, check.now),
  ];
}

function keyFindings([leaf]: readonly X509Certificate[], keyPem: string): string[] {
  let key: KeyObject;
  try {
    key = createPrivateKey(keyPem);
  } catch {
    return ["The private key cannot be read."];
  }
  return leaf?.checkPrivateKey(key) ? [] : ["The private key belongs to another certificate."];
}

function chainFindings(certificates: readonly X509Certificate[]): string[] {
  return certificates.slice(1).flatMap((issuer, i) => {
    const certificate = certificates[i];
    if (!issuer.ca) return [`Certificate ${i + 2} of the chain is not a CA's.`];
    return certificate?.checkIssued(issuer) && certificate.verify(issuer.publicKey)
      ? []
      : [`Certificate ${i + 1} of the chain is not signed by certificate ${i + 2}.`];
  });
}

function nameFindings(covered: readonly string[], wanted: readonly string[]): string[] {
  return wanted
    .filter((name) => !coversName(covered, name))
    .map(
      (name) => `The certificate is not for ${name} but for ${covered.join(", ") || "nothing"}.`,
    );
}

/** Whether a certificate with the names `covered` is good for `name` (RFC 9525 §6.3). */
export function coversName(covered: readonly string[], name: string): boolean {
  const wanted = canonicalIp(name) ?? name.toLowerCase().replace(/\.$/, "");
  if (covered.includes(wanted)) return true;
  // A wildcard stands for exactly one label, the first, and never for a part of an address.
  return canonicalIp(name) === undefined && covered.includes(wanted.replace(/^[^.]+/, "*"));
}

function dateFindings(certificates: readonly X509Certificate[], now: number): string[] {
  return certificates.flatMap((certificate, i) => {
    const { notBefore, notAfter } = readFields(certificate);
    const which = i === 0 ? "The certificate" : `Certificate ${i + 1} of the chain`;
    if (now < notBefore) {
      return [`${which} is valid from ${iso(notBefore)}, and this clock says ${iso(now)}.`];
    }
    return now > notAfter ? [`${which} has expired at ${iso(notAfter)}.`] : [];
  });
}

function iso(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
