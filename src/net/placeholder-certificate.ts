import { generateKeyPairSync } from "node:crypto";
import { basicConstraints, keyUsage, subjectAltName } from "../lib/x509-extensions.ts";
import { createCertificate, toPem } from "../lib/x509-writer.ts";

const DAY_MS = 86_400_000;

/**
 * What a listener shows before it has a certificate: signed by itself, so that every client refuses
 * it, but one who looks can see that the server is there. `now` in epoch milliseconds.
 */
export function createPlaceholder(
  names: readonly string[],
  now: number,
): { readonly cert: string; readonly key: string } {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const der = createCertificate({
    subject: "docport has no certificate yet",
    issuer: "docport has no certificate yet",
    issuerKey: privateKey,
    subjectKey: privateKey,
    notBefore: now - DAY_MS,
    notAfter: now + 90 * DAY_MS,
    extensions: [
      basicConstraints({ ca: false }),
      keyUsage(["digitalSignature"]),
      ...(names.length > 0 ? [subjectAltName(names)] : []),
    ],
  });
  return {
    cert: toPem("CERTIFICATE", der),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
