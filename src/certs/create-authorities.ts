import { rootCertificates } from "node:tls";
import { AcmeClient } from "../acme/client.ts";
import { createHttpsTransport } from "../acme/https-transport.ts";
import type { ExternalAccountBinding } from "../acme/jws.ts";
import type { Clock } from "../lib/clock.ts";
import type { CertificateAuthority } from "./issuance/certificate-authority.ts";

/** Directory URLs of Let's Encrypt (https://letsencrypt.org/docs/staging-environment/). */
export const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";
export const LETS_ENCRYPT_STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";

export interface AuthorityOptions {
  /** Default: Let's Encrypt. */
  readonly directoryUrl?: string | undefined;
  /** PEM with the roots that alone are trusted for the CA's own API. Default: those of Node. */
  readonly roots?: string | undefined;
  /** Whether the person who runs this has agreed to the terms of service of both CAs. */
  readonly agreeTos: boolean;
  readonly email?: string | undefined;
  /** For the first CA: an account there is of no use elsewhere. */
  readonly externalAccountBinding?: ExternalAccountBinding | undefined;
  /** The CA for when the first one is down. */
  readonly fallbackDirectoryUrl?: string | undefined;
  readonly clock: Clock;
  /** Name and version of the program that asks. */
  readonly userAgent: string;
}

/** The CAs to ask, in order. Throws TypeError for a URL that is not https. */
export function createAuthorities(
  options: AuthorityOptions,
): readonly [CertificateAuthority, ...CertificateAuthority[]] {
  const { roots, agreeTos, email, externalAccountBinding, fallbackDirectoryUrl } = options;
  const first = createAuthority(options.directoryUrl ?? LETS_ENCRYPT, options, roots, {
    agreeTos,
    email,
    externalAccountBinding,
  });
  if (fallbackDirectoryUrl === undefined) return [first];
  // It may be of the same house as the first or a public one.
  const both = roots === undefined ? undefined : [roots, ...rootCertificates].join("\n");
  return [first, createAuthority(fallbackDirectoryUrl, options, both, { agreeTos, email })];
}

function createAuthority(
  directoryUrl: string,
  { clock, userAgent }: AuthorityOptions,
  roots: string | undefined,
  terms: CertificateAuthority["terms"],
): CertificateAuthority {
  const transport = createHttpsTransport(roots === undefined ? {} : { roots });
  return {
    directoryUrl,
    terms,
    createClient: () => new AcmeClient({ directoryUrl, transport, clock, userAgent }),
  };
}
