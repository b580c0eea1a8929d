import { isIP } from "node:net";
import {
  LETS_ENCRYPT_LIMITS,
  LETS_ENCRYPT_STAGING_LIMITS,
  publishedLimitsOf,
} from "../ledger/rate-limits.ts";

/** What a certificate is to be for. */
export interface CertificateWish {
  /** Names, wildcards and IP addresses. */
  readonly names: readonly string[];
  /** By the CA's name for it; undefined: the CA's default, or the one for IP addresses. */
  readonly profile: string | undefined;
}

/** How many names a CA puts into one certificate. */
export interface NameLimit {
  readonly most: number;
  /** The profile that the number is of; undefined: the CA's default. */
  readonly profile: string | undefined;
}

/** "Max Names" of https://letsencrypt.org/docs/profiles/ (2025-09-23); `classic` is the default. */
const MOST_NAMES = 100;
const MOST_NAMES_OF_PROFILE: ReadonlyMap<string | undefined, number> = new Map([
  ["tlsserver", 25],
  ["shortlived", 25],
]);

const LETS_ENCRYPT = [LETS_ENCRYPT_LIMITS, LETS_ENCRYPT_STAGING_LIMITS];

/**
 * The limit of the CA with this directory that the wish goes beyond; undefined when it is within,
 * or the CA has published none. A name that is there twice counts once.
 *
 * @param directoryUrl undefined: Let's Encrypt.
 */
export function exceededNameLimit(
  directoryUrl: string | undefined,
  { names, profile }: CertificateWish,
): NameLimit | undefined {
  const isLetsEncrypt =
    directoryUrl === undefined || LETS_ENCRYPT.includes(publishedLimitsOf(directoryUrl));
  if (!isLetsEncrypt) return undefined;
  const hasAddress = names.some((name) => isIP(name) !== 0);
  const given = MOST_NAMES_OF_PROFILE.has(profile) ? profile : undefined;
  // Let's Encrypt issues for addresses in no other.
  const bound = given ?? (hasAddress ? "shortlived" : undefined);
  const most = MOST_NAMES_OF_PROFILE.get(bound) ?? MOST_NAMES;
  return new Set(names).size > most ? { most, profile: bound } : undefined;
}
