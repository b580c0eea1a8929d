import {
  encodeBitString,
  encodeBoolean,
  encodeContext,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  encodeUnsignedInteger,
} from "./der.ts";
import { ipToBytes } from "./ip-address.ts";

/** Object identifiers of the extensions that are written and read here. */
export const EXTENSION_OID = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  /** id-pe-acmeIdentifier (RFC 8737 §6.1). */
  acmeIdentifier: "1.3.6.1.5.5.7.1.31",
} as const;

const EXTENDED_KEY_USAGE_OID = {
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

export type KeyUsage = "digitalSignature" | "keyEncipherment" | "keyCertSign" | "cRLSign";
export type ExtendedKeyUsage = keyof typeof EXTENDED_KEY_USAGE_OID;

/** Number of the bit in KeyUsage (RFC 5280 §4.2.1.3). */
const KEY_USAGE_BIT: Readonly<Record<KeyUsage, number>> = {
  digitalSignature: 0,
  keyEncipherment: 2,
  keyCertSign: 5,
  cRLSign: 6,
};

/** Tags of GeneralName (RFC 5280 §4.2.1.6). */
export const GENERAL_NAME = { dnsName: 2, ipAddress: 7 } as const;

function extension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  return encodeSequence(
    encodeObjectIdentifier(oid),
    // DEFAULT FALSE: DER leaves a default out.
    ...(critical ? [encodeBoolean(true)] : []),
    encodeOctetString(value),
  );
}

/** `names` are DNS names (A-labels) and IP addresses. Critical when the subject is empty (RFC 5280 §4.2.1.6). */
export function subjectAltName(
  names: readonly string[],
  options: { readonly critical?: boolean } = {},
): Uint8Array {
  const value = encodeSequence(...names.map(generalName));
  return extension(EXTENSION_OID.subjectAltName, options.critical ?? false, value);
}

function generalName(name: string): Uint8Array {
  const address = ipToBytes(name);
  return address
    ? encodeContext(GENERAL_NAME.ipAddress, "primitive", address)
    : encodeContext(GENERAL_NAME.dnsName, "primitive", ia5(name));
}

function ia5(name: string): Uint8Array {
  if (!/^[\x21-\x7e]{1,255}$/.test(name)) {
    throw new TypeError(`certificate name: 1 to 255 ASCII characters are expected, got "${name}"`);
  }
  return Buffer.from(name, "latin1");
}

/** RFC 5280 §4.2.1.9; critical. `pathLength` is how many CAs may stand between this one and a leaf. */
export function basicConstraints(
  options: { readonly ca: false } | { readonly ca: true; readonly pathLength?: number },
): Uint8Array {
  const fields = options.ca
    ? [
        encodeBoolean(true),
        ...(options.pathLength === undefined ? [] : [encodeUnsignedInteger(options.pathLength)]),
      ]
    : [];
  return extension(EXTENSION_OID.basicConstraints, true, encodeSequence(...fields));
}

/** RFC 5280 §4.2.1.3; critical. */
export function keyUsage(usages: readonly KeyUsage[]): Uint8Array {
  const bits = usages.map((usage) => KEY_USAGE_BIT[usage]);
  const byte = bits.reduce((sum, bit) => sum | (0x80 >> bit), 0);
  // A named bit list ends with its last one bit (X.690 §11.2.2).
  const unused = 7 - Math.max(...bits);
  return extension(EXTENSION_OID.keyUsage, true, encodeBitString(Uint8Array.of(byte), unused));
}

/** RFC 5280 §4.2.1.12. */
export function extendedKeyUsage(usages: readonly ExtendedKeyUsage[]): Uint8Array {
  const oids = usages.map((usage) => encodeObjectIdentifier(EXTENDED_KEY_USAGE_OID[usage]));
  return extension(EXTENSION_OID.extendedKeyUsage, false, encodeSequence(...oids));
}

/** RFC 5280 §4.2.1.2. */
export function subjectKeyIdentifier(keyIdentifier: Uint8Array): Uint8Array {
  return extension(EXTENSION_OID.subjectKeyIdentifier, false, encodeOctetString(keyIdentifier));
}

/** RFC 5280 §4.2.1.1, with the key identifier alone. */
export function authorityKeyIdentifier(keyIdentifier: Uint8Array): Uint8Array {
  const value = encodeSequence(encodeContext(0, "primitive", keyIdentifier));
  return extension(EXTENSION_OID.authorityKeyIdentifier, false, value);
}

export interface PermittedNames {
  /** A name permits itself and everything below it. */
  readonly dns: readonly string[];
  /** Networks as `[address, prefix length in bits]`. */
  readonly ip: readonly (readonly [address: string, prefixBits: number])[];
}

/**
 * RFC 5280 §4.2.1.10; critical. What a CA may issue for. A kind with an empty list is forbidden
 * altogether: a constraint binds only names of its own kind, so it is written as "nothing of this".
 */
export function nameConstraints(permitted: PermittedNames): Uint8Array {
  const dns = permitted.dns.map((name) => dnsSubtree(name));
  const ip = permitted.ip.map(([address, prefixBits]) => ipSubtree(address, prefixBits));
  const excluded = [
    ...(dns.length === 0 ? [encodeSequence(encodeContext(GENERAL_NAME.dnsName, "primitive"))] : []),
    ...(ip.length === 0 ? [ipSubtree("0.0.0.0", 0), ipSubtree("::", 0)] : []),
  ];
  const value = encodeSequence(
    ...(dns.length + ip.length > 0 ? [encodeContext(0, "constructed", ...dns, ...ip)] : []),
    ...(excluded.length > 0 ? [encodeContext(1, "constructed", ...excluded)] : []),
  );
  return extension(EXTENSION_OID.nameConstraints, true, value);
}

function dnsSubtree(name: string): Uint8Array {
  return encodeSequence(encodeContext(GENERAL_NAME.dnsName, "primitive", ia5(name)));
}

function ipSubtree(address: string, prefixBits: number): Uint8Array {
  const bytes = ipToBytes(address);
  if (!bytes || !(prefixBits >= 0 && prefixBits <= bytes.length * 8)) {
    throw new TypeError(
      `network: an address and its prefix are expected, got ${address}/${prefixBits}`,
    );
  }
  const mask = bytes.map((_, i) => (0xff00 >> Math.min(8, Math.max(0, prefixBits - 8 * i))) & 0xff);
  const network = bytes.map((byte, i) => byte & (mask[i] ?? 0));
  return encodeSequence(encodeContext(GENERAL_NAME.ipAddress, "primitive", network, mask));
}

/** id-pe-acmeIdentifier with the SHA-256 of the key authorization (RFC 8737 §3); critical. */
export function acmeIdentifier(keyAuthorizationDigest: Uint8Array): Uint8Array {
  return extension(EXTENSION_OID.acmeIdentifier, true, encodeOctetString(keyAuthorizationDigest));
}
