import {
  childrenOf,
  contextTag,
  type DerElement,
  decodeBoolean,
  decodeElement,
  decodeObjectIdentifier,
  decodeOctetString,
  decodeSequence,
  decodeSet,
  decodeTime,
  decodeUnsignedInteger,
} from "./der.ts";
import { ipFromBytes } from "./ip-address.ts";
import { EXTENSION_OID, GENERAL_NAME } from "./x509-extensions.ts";

/** What `crypto.X509Certificate` does not tell, or tells only as text for people. */
export interface CertificateFields {
  /** Big-endian, without a sign byte. */
  readonly serialNumber: Uint8Array;
  /** Content of the INTEGER exactly as encoded, sign byte included (RFC 9773 §4.1 wants it so). */
  readonly serialNumberDer: Uint8Array;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** DNS names in lower case and canonical IP addresses of subjectAltName, in order. */
  readonly names: readonly string[];
  /** keyIdentifier of authorityKeyIdentifier. */
  readonly authorityKeyIdentifier: Uint8Array | undefined;
}

/** Reads a certificate in DER (RFC 5280 §4.1). Throws SyntaxError when it is not one. */
export function readCertificateFields(der: Uint8Array): CertificateFields {
  const [info] = decodeSequence(decodeElement(der));
  const fields = decodeSequence(info);
  if (fields[0]?.tag === contextTag(0, "constructed")) fields.shift();
  const [serialNumber, , , validity] = fields;
  const [notBefore, notAfter] = decodeSequence(validity);
  const wrapper = fields.find(({ tag }) => tag === contextTag(3, "constructed"));
  const extensions = wrapper ? readExtensions(childrenOf(wrapper)[0]) : new Map();
  return {
    serialNumber: decodeUnsignedInteger(serialNumber),
    serialNumberDer: serialNumber?.content ?? new Uint8Array(),
    notBefore: decodeTime(notBefore),
    notAfter: decodeTime(notAfter),
    names: readNames(extensions.get(EXTENSION_OID.subjectAltName)),
    authorityKeyIdentifier: readKeyIdentifier(extensions.get(EXTENSION_OID.authorityKeyIdentifier)),
  };
}

export interface ReadExtension {
  readonly critical: boolean;
  /** What the OCTET STRING holds. */
  readonly value: Uint8Array;
}

/** Extensions by object identifier (RFC 5280 §4.1). Throws SyntaxError when one is there twice. */
export function readExtensions(element: DerElement | undefined): Map<string, ReadExtension> {
  const extensions = new Map<string, ReadExtension>();
  for (const item of decodeSequence(element)) {
    const [oidElement, ...rest] = decodeSequence(item);
    const oid = decodeObjectIdentifier(oidElement);
    if (extensions.has(oid)) throw new SyntaxError(`certificate: extension ${oid} is there twice`);
    extensions.set(oid, {
      critical: decodeBoolean(rest[0]) ?? false,
      value: decodeOctetString(rest.at(-1)),
    });
  }
  return extensions;
}

/** DNS names and IP addresses of a subjectAltName; names of other kinds are passed over. */
function readNames(extension: ReadExtension | undefined): string[] {
  if (!extension) return [];
  return decodeSequence(decodeElement(extension.value)).flatMap(({ tag, content }) => {
    if (tag === contextTag(GENERAL_NAME.dnsName, "primitive")) {
      return [Buffer.from(content).toString("latin1").toLowerCase()];
    }
    return tag === contextTag(GENERAL_NAME.ipAddress, "primitive") ? [ipFromBytes(content)] : [];
  });
}

function readKeyIdentifier(extension: ReadExtension | undefined): Uint8Array | undefined {
  if (!extension) return undefined;
  return decodeSequence(decodeElement(extension.value)).find(
    ({ tag }) => tag === contextTag(0, "primitive"),
  )?.content;
}

export interface CertificateRequestFields {
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKeyInfo: Uint8Array;
  /** Whether the subject has any attribute at all. */
  readonly hasSubject: boolean;
  readonly names: readonly string[];
}

/** Reads a PKCS #10 request in DER (RFC 2986 §4). Throws SyntaxError when it is not one. */
export function readCertificateRequest(der: Uint8Array): CertificateRequestFields {
  const [info] = decodeSequence(decodeElement(der));
  const [, subject, publicKeyInfo, attributes] = decodeSequence(info);
  if (!publicKeyInfo) throw new SyntaxError("certificate request: no public key");
  const names = (attributes ? childrenOf(attributes) : []).flatMap((attribute) => {
    const [oid, values] = decodeSequence(attribute);
    if (decodeObjectIdentifier(oid) !== "1.2.840.113549.1.9.14") return [];
    return readNames(readExtensions(decodeSet(values)[0]).get(EXTENSION_OID.subjectAltName));
  });
  return {
    publicKeyInfo: publicKeyInfo.raw,
    hasSubject: decodeSequence(subject).length > 0,
    names,
  };
}
