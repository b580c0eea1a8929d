import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { generateCertificateKey } from "../acme/certificate-key.ts";
import type { Clock } from "../lib/clock.ts";
import { DocportError } from "../lib/errors.ts";
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  subjectAltName,
  subjectKeyIdentifier,
} from "../lib/x509-extensions.ts";
import { createCertificate, keyIdentifierOf, toPem } from "../lib/x509-writer.ts";
import { type CertificatePair, readPair } from "./generations/certificate-pair.ts";
import { LOCAL_NAMES } from "./local-names.ts";
import { loadText, type Storage } from "./storage.ts";

/** Storage key of the CA's certificate: the file that a computer is told to trust. */
export const LOCAL_CA_CERT_KEY = "local-ca/root.cert.pem";
const LOCAL_CA_KEY_KEY = "local-ca/root.key.pem";

const DAY_MS = 86_400_000;
const CA_LIFE_MS = 3_650 * DAY_MS;
/** A CA that ends sooner than this is not worth trusting. */
const CA_REST_MS = 60 * DAY_MS;
const LEAF_LIFE_MS = 30 * DAY_MS;
/** Clocks of virtual machines and containers on one computer differ a little. */
const BACKDATE_MS = 3_600_000;
const LOCK_TRIES = 100;
const LOCK_PAUSE_MS = 100;

/** A CA of this computer's own. It can issue for this computer and for nothing else. */
export interface LocalCa {
  readonly certPem: string;
  /** It was made just now, so nothing trusts it yet. */
  readonly isNew: boolean;
  /** A new certificate with a new key for {@link LOCAL_NAMES}, good for 30 days. */
  issue(): Promise<CertificatePair>;
}

/**
 * The local CA in `storage`; made, once, when there is none or when it has ended. Its key is kept as
 * a secret (0600). Rejects with `ERR_STORAGE_*`.
 */
export async function openLocalCa(storage: Storage, clock: Clock): Promise<LocalCa> {
  for (let i = 0; i < LOCK_TRIES; i++) {
    const known = await loadLocalCa(storage, clock);
    if (known) return known;
    const lease = await storage.tryLock("local-ca");
    if (lease) {
      try {
        // Another process may have made it between our look and the lease.
        return (await loadLocalCa(storage, clock)) ?? (await makeLocalCa(storage, clock));
      } finally {
        await lease.release();
      }
    }
    await clock.sleep(LOCK_PAUSE_MS);
  }
  throw new DocportError(
    "ERR_STORAGE_IO",
    "Another process has been making the local CA for long",
    {
      hint: "Stop the other docport that uses the same folder of certificates.",
    },
  );
}

async function loadLocalCa(storage: Storage, clock: Clock): Promise<LocalCa | undefined> {
  const certPem = await loadText(storage, LOCAL_CA_CERT_KEY);
  const keyPem = await loadText(storage, LOCAL_CA_KEY_KEY, { secret: true });
  if (certPem === undefined || keyPem === undefined) return undefined;
  const { pair } = readPair(certPem, keyPem);
  if (!pair || pair.chain.notAfter - clock.now() < CA_REST_MS) return undefined;
  return localCa(pair.certPem, createPrivateKey(pair.keyPem), false, clock);
}

async function makeLocalCa(storage: Storage, clock: Clock): Promise<LocalCa> {
  const key = await generateCertificateKey();
  const now = clock.now();
  const keyIdentifier = keyIdentifierOf(key);
  // Two CAs of one name would be taken for each other by those who trusted the first.
  const subject = `Docport local CA ${Buffer.from(keyIdentifier).toString("hex").slice(0, 8)}`;
  const certificate = createCertificate({
    subject,
    issuer: subject,
    issuerKey: key,
    subjectKey: key,
    notBefore: now - BACKDATE_MS,
    notAfter: now + CA_LIFE_MS,
    extensions: [
      basicConstraints({ ca: true, pathLength: 0 }),
      keyUsage(["keyCertSign", "cRLSign"]),
      subjectKeyIdentifier(keyIdentifier),
      nameConstraints({
        dns: ["localhost"],
        ip: [
          ["127.0.0.0", 8],
          ["::1", 128],
        ],
      }),
    ],
  });
  const certPem = toPem("CERTIFICATE", certificate);
  await storage.store(LOCAL_CA_KEY_KEY, pemOf(key), { secret: true });
  await storage.store(LOCAL_CA_CERT_KEY, certPem);
  return localCa(certPem, key, true, clock);
}

function localCa(certPem: string, caKey: KeyObject, isNew: boolean, clock: Clock): LocalCa {
  const issuer = /^CN=(.+)$/m.exec(new X509Certificate(certPem).subject)?.[1] ?? "";
  return {
    certPem,
    isNew,
    async issue() {
      const key = await generateCertificateKey();
      const now = clock.now();
      const leaf = createCertificate({
        subject: "",
        issuer,
        issuerKey: caKey,
        subjectKey: key,
        notBefore: now - BACKDATE_MS,
        notAfter: now + LEAF_LIFE_MS,
        extensions: [
          basicConstraints({ ca: false }),
          keyUsage(["digitalSignature"]),
          extendedKeyUsage(["serverAuth"]),
          subjectKeyIdentifier(keyIdentifierOf(key)),
          authorityKeyIdentifier(keyIdentifierOf(caKey)),
          subjectAltName(LOCAL_NAMES, { critical: true }),
        ],
      });
      const { pair, problem } = readPair(toPem("CERTIFICATE", leaf), pemOf(key));
      if (!pair) throw new Error(`local CA: ${problem}`);
      return pair;
    },
  };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
