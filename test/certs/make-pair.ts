import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { type CertificatePair, readPair } from "../../src/certs/generations/certificate-pair.ts";
import { basicConstraints, keyUsage, subjectAltName } from "../../src/lib/x509-extensions.ts";
import { createCertificate, toPem } from "../../src/lib/x509-writer.ts";

const newKey = (): KeyObject => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const issuerKey = newKey();
const FAR = Date.UTC(2049, 0, 1);

const issuerPem = toPem(
  "CERTIFICATE",
  createCertificate({
    subject: "Test CA",
    issuer: "Test CA",
    issuerKey,
    subjectKey: issuerKey,
    notBefore: Date.UTC(2020, 0, 1),
    notAfter: FAR,
    extensions: [basicConstraints({ ca: true }), keyUsage(["keyCertSign"])],
  }),
);

export interface PairTemplate {
  readonly names?: readonly string[];
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly isSelfSigned?: boolean;
  /** Common name of subject and issuer of one that signs itself. */
  readonly subject?: string;
}

/** A leaf of a test CA with the CA's own certificate as its chain, and its key. */
export function makePair(template: PairTemplate = {}): CertificatePair {
  const key = newKey();
  const notBefore = template.notBefore ?? Date.UTC(2026, 10, 1);
  const leaf = createCertificate({
    subject: template.isSelfSigned ? (template.subject ?? "itself") : "",
    issuer: template.isSelfSigned ? (template.subject ?? "itself") : "Test CA",
    issuerKey: template.isSelfSigned ? key : issuerKey,
    subjectKey: key,
    notBefore,
    notAfter: template.notAfter ?? notBefore + 90 * 86_400_000,
    extensions: [subjectAltName(template.names ?? ["docs.example.com"])],
  });
  const certPem = toPem("CERTIFICATE", leaf) + (template.isSelfSigned ? "" : issuerPem);
  const keyPem = key.export({ type: "pkcs8", format: "pem" }).toString();
  const { pair, problem } = readPair(certPem, keyPem);
  if (!pair) throw new Error(problem);
  return pair;
}
