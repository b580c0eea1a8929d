/**
 * An ACME client (RFC 8555) with TLS-ALPN-01 (RFC 8737), IP addresses (RFC 8738), renewal
 * information (RFC 9773), profiles (draft-aaron-acme-profiles) and external account binding. It
 * keeps nothing on disk, runs no server and starts nothing by itself: storage, schedule and the
 * answers to challenges are the caller's.
 *
 * A first certificate, by HTTP-01:
 *
 *     import { AccountKey, AcmeClient, createCsr, generateCertificateKey, http01Path, identifierOf } from "docport/acme";
 *
 *     const client = new AcmeClient({ directoryUrl: "https://acme-staging-v02.api.letsencrypt.org/directory" });
 *     const account = await client.newAccount({ key: await AccountKey.generate(), termsOfServiceAgreed: true });
 *     const identifiers = [identifierOf("docs.example.com")];
 *     const order = await account.newOrder({ identifiers });
 *     for (const authorization of await order.authorizations()) {
 *       const challenge = authorization.challenge("http-01");
 *       if (authorization.state.status === "valid" || !challenge) continue;
 *       answers.set(http01Path(challenge.token), challenge.keyAuthorization); // your server on port 80
 *       await challenge.respond();
 *       await authorization.pollValid();
 *     }
 *     const privateKey = await generateCertificateKey(); // keep it before the next line
 *     await order.finalize(createCsr(identifiers, privateKey));
 *     await order.pollIssued();
 *     const { chain } = await order.downloadCertificate();
 */
export {
  type CertificateChain,
  type CertificateCheck,
  checkCertificate,
  parseCertificateChain,
} from "../lib/certificate-chain.ts";
export { type Clock, systemClock } from "../lib/clock.ts";
export { DocportError, type ErrorCode } from "../lib/errors.ts";
export { Account, type AccountState, type AccountStatus, type NewOrder } from "./account.ts";
export { type AccountJwk, AccountKey, type AccountKeyAlgorithm } from "./account-key.ts";
export {
  Authorization,
  type AuthorizationState,
  type AuthorizationStatus,
} from "./authorization.ts";
export {
  CERTIFICATE_KEY_TYPES,
  type CertificateKeyType,
  createCsr,
  generateCertificateKey,
} from "./certificate-key.ts";
export {
  Challenge,
  type ChallengeState,
  type ChallengeStatus,
  type ChallengeType,
  dns01Record,
  http01Path,
} from "./challenge.ts";
export { AcmeClient, type AcmeClientOptions, type NewAccount } from "./client.ts";
export { AcmeTimeout } from "./deadline.ts";
export type { Directory } from "./directory.ts";
export { createHttpsTransport, type HttpsTransportOptions } from "./https-transport.ts";
export { type Identifier, identifierOf, isWildcard, tlsAlpnServerName } from "./identifier.ts";
export type { ExternalAccountBinding } from "./jws.ts";
export { type DownloadedCertificate, Order, type OrderState, type OrderStatus } from "./order.ts";
export type { PollOptions } from "./poll.ts";
export {
  type AcmeErrorName,
  AcmeProblem,
  type ProblemDocument,
  type Subproblem,
} from "./problem.ts";
export type { RenewalInfo } from "./renewal-info.ts";
export type { RevocationReason } from "./revocation.ts";
export {
  ACME_TLS_ALPN_PROTOCOL,
  createTlsAlpnCertificate,
  type TlsAlpnCertificate,
} from "./tls-alpn-certificate.ts";
export type { AcmeRequest, AcmeResponse, AcmeTransport } from "./transport.ts";
