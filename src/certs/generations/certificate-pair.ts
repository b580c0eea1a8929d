import { X509Certificate } from "node:crypto";
import {
  type CertificateChain,
  checkCertificate,
  coversName,
  parseCertificateChain,
} from "../../lib/certificate-chain.ts";
import { messageOf } from "../../lib/errors.ts";

/** A certificate with its chain and the private key of its leaf, known to belong together. */
export interface CertificatePair {
  /** The whole chain in PEM, leaf first. */
  readonly certPem: string;
  readonly keyPem: string;
  readonly chain: CertificateChain;
}

/** The pair, or in one sentence why the two texts are none. Dates and names are not judged. */
export type PairReading =
  | { readonly pair: CertificatePair; readonly problem?: undefined }
  | { readonly pair?: undefined; readonly problem: string };

/** Reads a chain and its key as if a stranger had put them there. Never throws. */
export function readPair(certPem: string, keyPem: string): PairReading {
  try {
    const chain = parseCertificateChain(certPem);
    // On its first day every certificate is within its dates: what is left is key and chain.
    const [problem] = checkCertificate({ chain, keyPem, names: [], now: chain.notBefore });
    // An intermediate that is younger than the leaf is odd, but no client minds.
    const isFatal = problem !== undefined && !problem.includes("is valid from");
    return isFatal ? { problem } : { pair: { certPem: chain.pem, keyPem, chain } };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

const REMEMBERED = 4;

/** {@link readPair} that remembers: a keeper looks at the same two files every few minutes. */
export class PairReader {
  #last: readonly { certPem: string; keyPem: string; reading: PairReading }[] = [];

  read(certPem: string, keyPem: string): PairReading {
    const known = this.#last.find((one) => one.certPem === certPem && one.keyPem === keyPem);
    if (known) return known.reading;
    const reading = readPair(certPem, keyPem);
    this.#last = [{ certPem, keyPem, reading }, ...this.#last.slice(0, REMEMBERED - 1)];
    return reading;
  }
}

/** Whether every one of `names` is covered by the pair's leaf. */
export function coversAllNames(pair: CertificatePair, names: readonly string[]): boolean {
  return names.every((name) => coversName(pair.chain.names, name));
}

/** Whether the leaf is within its dates at `now`. */
export function isWithinDates({ chain }: CertificatePair, now: number): boolean {
  return chain.notBefore <= now && now <= chain.notAfter;
}

/**
 * Everything that speaks against putting a pair that a CA sent into service, in plain sentences.
 * The CA's clock may be a little ahead of ours, so a certificate from the near future is fine.
 */
export function judgeIssuedPair(
  pair: CertificatePair,
  names: readonly string[],
  now: number,
): readonly string[] {
  const { chain, keyPem } = pair;
  const at = now < chain.notBefore && chain.notBefore - now < DAY_MS ? chain.notBefore : now;
  const leaf = new X509Certificate(chain.pem);
  const isSelfSigned = leaf.checkIssued(leaf) && leaf.verify(leaf.publicKey);
  return [
    ...checkCertificate({ chain, keyPem, names, now: at }),
    ...(isSelfSigned ? ["The certificate is signed by itself, not by the CA."] : []),
  ];
}

const DAY_MS = 86_400_000;
