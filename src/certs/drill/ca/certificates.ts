import { X509Certificate } from "node:crypto";
import { members } from "./accounts.ts";
import type { AcmeServer, Answer, Routes, SignedRequest } from "./acme-server.ts";
import type { IssuedCertificate } from "./ca-store.ts";
import { Refusal } from "./refusal.ts";
import { publicKeyOf } from "./verify-jws.ts";

/** RFC 8555 §7.4.2 and §7.6. */
export const certificateRoutes: Routes = { certificate: download, revokeCert };

/** The id is that of the certificate, with "/1" behind it for the alternate chain. */
function download(ca: AcmeServer, request: SignedRequest): Answer {
  const [id = "", alternate = "0"] = request.id.split("/");
  const certificate = ca.store.certificates.get(id);
  const chain = ca.issuer.chains[Number(alternate)];
  if (!certificate || chain === undefined)
    throw new Refusal(404, "malformed", "no such certificate");
  if (certificate.accountId !== request.accountId) {
    throw new Refusal(403, "unauthorized", "the certificate is another account's");
  }
  if (request.payload !== "") throw new Refusal(400, "malformed", "POST-as-GET is expected");
  const links = ca.issuer.chains.flatMap((_, i) => {
    const url = ca.urlOf("certificate", i === 0 ? id : `${id}/${i}`);
    return i === Number(alternate) ? [] : [`<${url}>;rel="alternate"`];
  });
  const index = `<${ca.urlOf("directory")}>;rel="index"`;
  return {
    status: 200,
    pem: certificate.leafPem + chain,
    headers: { link: [index, ...links].join(", ") },
  };
}

function revokeCert(ca: AcmeServer, request: SignedRequest): Answer {
  const payload = members(request);
  const certificate = findCertificate(ca, payload["certificate"]);
  const reason = payload["reason"] ?? 0;
  if (![0, 1, 3, 4, 5].includes(Number(reason))) {
    throw new Refusal(
      400,
      "badRevocationReason",
      `reason ${JSON.stringify(reason)} is not accepted`,
    );
  }
  const signerKey = publicKeyOf(request.jwk).export({ type: "spki", format: "der" });
  const isCertificateKey =
    request.accountId === undefined && Buffer.compare(signerKey, certificate.publicKeyInfo) === 0;
  if (!isCertificateKey && request.accountId !== certificate.accountId) {
    throw new Refusal(403, "unauthorized", "neither the account nor the key of the certificate");
  }
  if (certificate.revoked) throw new Refusal(400, "alreadyRevoked", "it is revoked already");
  certificate.revoked = true;
  return { status: 200 };
}

function findCertificate(ca: AcmeServer, value: unknown): IssuedCertificate {
  const der = Buffer.from(typeof value === "string" ? value : "", "base64url");
  const found = [...ca.store.certificates.values()].find(
    ({ leafPem }) => Buffer.compare(new X509Certificate(leafPem).raw, der) === 0,
  );
  if (!found) throw new Refusal(404, "malformed", "that certificate is not from here");
  return found;
}
