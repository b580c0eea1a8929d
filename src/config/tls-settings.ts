import { CERTIFICATE_KEY_TYPES, type CertificateKeyType } from "../acme/certificate-key.ts";
import { type Setting, setting } from "./setting.ts";
import {
  domainName,
  emailAddress,
  filePath,
  hostAndPort,
  httpsUrl,
  listOf,
  oneOf,
  program,
  text,
  toggle,
  wholeNumber,
} from "./setting-types.ts";

/** Which certificate the server has, and how it gets it. */
export interface TlsSettings {
  /** Names and addresses under which the server is reached over HTTPS; all in one certificate. */
  readonly domain: readonly string[];
  /** `auto`: HTTPS when there is a domain. `local`: a CA of this computer's own, for localhost. */
  readonly tls: TlsMode;
  /** Port of the HTTP challenge and the redirect to HTTPS. */
  readonly acmePort: number;
  /** Folder of certificates, keys, account and ledger. */
  readonly certs: string;
  /** Directory URL of the CA; undefined: Let's Encrypt. */
  readonly acmeDirectory: string | undefined;
  /** PEM file with the roots that are trusted for the CA's own API; undefined: those of Node. */
  readonly acmeRoot: string | undefined;
  /** Let's Encrypt's CA for trying things out. */
  readonly staging: boolean;
  /** The person who runs this has agreed to the CA's terms of service. */
  readonly agreeTos: boolean;
  readonly email: string | undefined;
  /** Kind of certificate, by the CA's name for it; undefined: the CA's default. */
  readonly profile: string | undefined;
  readonly keyType: CertificateKeyType;
  /** Account at the CA that ours is bound to (external account binding). */
  readonly eabKid: string | undefined;
  readonly eabHmac: string | undefined;
  /** Directory URL of the CA that is asked when the first one is down. */
  readonly fallbackDirectory: string | undefined;
  /** Program that changes DNS records. */
  readonly dnsHook: string | undefined;
  /** Primary name server that takes dynamic updates (RFC 2136): `ns1.example.com`, `[::1]:5353`. */
  readonly dnsServer: string | undefined;
  readonly dnsZone: string | undefined;
  readonly dnsKeyName: string | undefined;
  /** TSIG key in Base64. */
  readonly dnsKey: string | undefined;
}

export type TlsMode = "auto" | "local" | "off";

export const tlsSettings: { readonly [K in keyof TlsSettings]: Setting<TlsSettings[K]> } = {
  domain: setting("domain", {
    group: "tls",
    type: listOf(domainName),
    fallback: [],
    doc: "Name, wildcard or IP address to serve over HTTPS with a certificate of its own.",
  }),
  tls: setting("tls", {
    group: "tls",
    type: oneOf("MODE", ["auto", "local", "off"]),
    fallback: "auto",
    doc: "HTTPS: auto (with a domain), local (localhost, by a CA of this computer), or off.",
  }),
  acmePort: setting("acmePort", {
    group: "tls",
    type: wholeNumber("PORT", 0, 65_535),
    fallback: 80,
    doc: "Port of the HTTP challenge and the redirect to HTTPS; used with a domain only.",
  }),
  certs: setting("certs", {
    group: "tls",
    type: filePath("DIR"),
    fallback: "certs",
    doc: "Folder of the certificates and keys; it has to survive a restart.",
  }),
  agreeTos: setting("agreeTos", {
    group: "tls",
    type: toggle,
    fallback: false,
    doc: "Agree to the terms of service of the CA; asked for at a terminal.",
  }),
  staging: setting("staging", {
    group: "tls",
    type: toggle,
    fallback: false,
    doc: "Try out with Let's Encrypt's staging CA, whose certificates nobody trusts.",
  }),
  email: setting("email", {
    group: "tls",
    type: emailAddress,
    fallback: undefined,
    doc: "Address for the CA to write to; most do not write any more.",
  }),
  keyType: setting("keyType", {
    group: "tls",
    type: oneOf("TYPE", CERTIFICATE_KEY_TYPES),
    fallback: "p256",
    doc: "Key of the certificate: p256, p384, rsa2048, rsa3072 or rsa4096.",
  }),
  profile: setting("profile", {
    group: "tls",
    type: text("NAME", 64),
    fallback: undefined,
    defaultText: "the CA's; shortlived for IP addresses",
    doc: "Kind of certificate, by the CA's name for it.",
  }),
  acmeDirectory: setting("acmeDirectory", {
    group: "tls",
    type: httpsUrl,
    fallback: undefined,
    defaultText: "Let's Encrypt",
    doc: "Directory URL of the CA.",
  }),
  acmeRoot: setting("acmeRoot", {
    group: "tls",
    type: filePath("FILE"),
    fallback: undefined,
    doc: "PEM file with the roots to trust when talking to the CA.",
  }),
  fallbackDirectory: setting("fallbackDirectory", {
    group: "tls",
    type: httpsUrl,
    fallback: undefined,
    doc: "Directory URL of a second CA, asked when the first one is down.",
  }),
  eabKid: setting("eabKid", {
    group: "tls",
    type: text("ID", 1_000),
    fallback: undefined,
    doc: "Key id of your account at the CA, where it wants one (external account binding).",
  }),
  eabHmac: setting("eabHmac", {
    group: "tls",
    type: text("KEY", 1_000),
    fallback: undefined,
    isSecret: true,
    doc: "Key that belongs to it, in base64url; better in the variable than on the command line.",
  }),
  dnsHook: setting("dnsHook", {
    group: "tls",
    type: program,
    fallback: undefined,
    doc: "Program that changes DNS, for wildcards; run with present or cleanup, a name and a value.",
  }),
  dnsServer: setting("dnsServer", {
    group: "tls",
    type: hostAndPort,
    fallback: undefined,
    doc: "Name server that takes dynamic updates (RFC 2136), with its port unless that is 53.",
  }),
  dnsZone: setting("dnsZone", {
    group: "tls",
    type: domainName,
    fallback: undefined,
    doc: "Zone that is updated there.",
  }),
  dnsKeyName: setting("dnsKeyName", {
    group: "tls",
    type: text("NAME", 253),
    fallback: undefined,
    doc: "Name of the TSIG key (HMAC-SHA256) for it.",
  }),
  dnsKey: setting("dnsKey", {
    group: "tls",
    type: text("KEY", 1_000),
    fallback: undefined,
    isSecret: true,
    doc: "The TSIG key in Base64; better in the variable than on the command line.",
  }),
};
