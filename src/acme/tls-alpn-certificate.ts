import { createHash } from "node:crypto";
import {
  acmeIdentifier,
  basicConstraints,
  keyUsage,
  subjectAltName,
} from "../lib/x509-extensions.ts";
import { createCertificate, toPem } from "../lib/x509-writer.ts";
import { generateCertificateKey } from "./certificate-key.ts";
import type { Identifier } from "./identifier.ts";

/** The ALPN protocol of a validation connection (RFC 8737 §6.2). */
export const ACME_TLS_ALPN_PROTOCOL = "acme-tls/1";

export interface TlsAlpnCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const DAY_MS = 86_400_000;

/**
 * The self-signed certificate that answers a TLS-ALPN-01 challenge (RFC 8737 §3): for exactly one
 * identifier, with the digest of the key authorization in a critical extension. Of use for nothing
 * else. `now` is in epoch milliseconds.
 */
export async function createTlsAlpnCertificate(challenge: {
  readonly identifier: Identifier;
  readonly keyAuthorization: string;
  readonly now: number;
}): Promise<TlsAlpnCertificate> {
  const key = await generateCertificateKey("p256");
  const digest = createHash("sha256").update(challenge.keyAuthorization).digest();
  const der = createCertificate({
    subject: "ACME challenge",
    issuer: "ACME challenge",
    issuerKey: key,
    subjectKey: key,
    notBefore: challenge.now - DAY_MS,
    notAfter: challenge.now + 7 * DAY_MS,
    extensions: [
      basicConstraints({ ca: false }),
      keyUsage(["digitalSignature"]),
      subjectAltName([challenge.identifier.value]),
      acmeIdentifier(digest),
    ],
  });
  return {
    certificatePem: toPem("CERTIFICATE", der),
    privateKeyPem: key.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
