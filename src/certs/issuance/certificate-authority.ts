import type { AcmeClient } from "../../acme/client.ts";
import type { PublishedLimits } from "../ledger/rate-limits.ts";
import type { AccountTerms } from "./account-keeper.ts";

/** A CA that certificates may be asked from. */
export interface CertificateAuthority {
  readonly directoryUrl: string;
  /** A client that has asked nothing yet. Each attempt takes a new one: what it knows is fresh. */
  readonly createClient: () => AcmeClient;
  readonly terms: AccountTerms;
  /** What it allows one client. Default: what is known of it by its directory URL. */
  readonly limits?: PublishedLimits;
}
