import type { Identifier } from "../../../acme/identifier.ts";
import type { IssuedCertificate } from "./ca-store.ts";

export interface ValidationRequest {
  readonly identifier: Identifier;
  readonly type: string;
  readonly token: string;
  readonly keyAuthorization: string;
}

/** "never" leaves the challenge pending for good; an object is the problem that makes it invalid. */
export type ValidationResult =
  | "valid"
  | "never"
  | { readonly type: string; readonly detail: string };

/** What this CA does where the RFCs leave a choice. All of it may be changed while it runs. */
export interface CaBehaviour {
  /** How a challenge is looked at. */
  validate: (request: ValidationRequest) => ValidationResult | Promise<ValidationResult>;
  /** Life of the certificates of each profile; the first is what an order without one gets. */
  profiles: Readonly<Record<string, { readonly lifetimeMs: number; readonly description: string }>>;
  /** Whether the directory names the profiles; a CA without them has one all the same. */
  offersProfiles: boolean;
  offersRenewalInfo: boolean;
  /** How long an order stays `processing` after finalize. */
  processingMs: number;
  /** Retry-After on pending authorizations and on orders that are not done; none when undefined. */
  retryAfter: string | undefined;
  /** Whether accounts have a list of orders; Let's Encrypt has none. */
  listsOrders: boolean;
  /** Whether newOrder gives the open order for the same names again, as Let's Encrypt does. */
  reusesOrders: boolean;
  /** Whether a valid authorization counts for later orders. */
  reusesAuthorizations: boolean;
  termsOfService: string | undefined;
  /** kid and HMAC key (base64url) of its customers; when there are any, a binding is required. */
  externalAccountKeys: ReadonlyMap<string, string>;
  /** Names that it does not issue for. */
  rejectedNames: readonly string[];
  /** The renewal window of a certificate (epoch ms); without one it is around two thirds of its life. */
  renewalWindow: ((certificate: IssuedCertificate) => { start: number; end: number }) | undefined;
  /** Share of good nonces that are refused all the same, from 0 to 1. */
  badNonceRate: number;
  /** Its clock minus the true time, in its Date header. */
  dateOffsetMs: number;
}

const DAY_MS = 86_400_000;

/** As Let's Encrypt does, but it validates at once and finds everything in order. */
export function defaultBehaviour(): CaBehaviour {
  return {
    validate: () => "valid",
    profiles: {
      classic: { lifetimeMs: 90 * DAY_MS, description: "90 days" },
      tlsserver: { lifetimeMs: 45 * DAY_MS, description: "45 days" },
      shortlived: { lifetimeMs: 160 * 3_600_000, description: "160 hours, also for IP addresses" },
    },
    offersProfiles: true,
    offersRenewalInfo: true,
    processingMs: 0,
    retryAfter: undefined,
    listsOrders: false,
    reusesOrders: true,
    reusesAuthorizations: false,
    termsOfService: "https://ca.test/terms",
    externalAccountKeys: new Map(),
    rejectedNames: [],
    renewalWindow: undefined,
    badNonceRate: 0,
    dateOffsetMs: 0,
  };
}
