import type { Identifier } from "../../../acme/identifier.ts";
import type { Jwk } from "./verify-jws.ts";

export interface CaAccount {
  readonly id: string;
  jwk: Jwk;
  status: "valid" | "deactivated" | "revoked";
  contact: readonly string[];
  readonly eabKid: string | undefined;
}

export interface CaChallenge {
  readonly id: string;
  readonly type: string;
  readonly token: string | undefined;
  status: "pending" | "processing" | "valid" | "invalid";
  error: object | undefined;
  /** How often the client has said that it is ready. */
  responses: number;
}

export interface CaAuthorization {
  readonly id: string;
  readonly accountId: string;
  /** With its "*." for a wildcard. */
  readonly identifier: Identifier;
  readonly expires: number;
  readonly challenges: readonly CaChallenge[];
  status: "pending" | "valid" | "invalid" | "deactivated";
}

export interface CaOrder {
  readonly id: string;
  readonly accountId: string;
  readonly identifiers: readonly Identifier[];
  readonly authorizations: readonly CaAuthorization[];
  readonly expires: number;
  readonly profile: string | undefined;
  readonly replaces: string | undefined;
  /** From `processing` on. `readyAt` is when it will be done (epoch ms). */
  issuance: { readonly certificate: IssuedCertificate; readonly readyAt: number } | undefined;
  error: object | undefined;
}

export interface IssuedCertificate {
  readonly id: string;
  readonly accountId: string;
  readonly names: readonly string[];
  readonly profile: string | undefined;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKeyInfo: Uint8Array;
  readonly leafPem: string;
  readonly ariCertificateId: string;
  /** ARI identifier of the certificate whose place it took. */
  readonly replaces: string | undefined;
  replacedBy: string | undefined;
  revoked: boolean;
}

/** Everything the CA remembers. Maps are by id. */
export class CaStore {
  readonly accounts: Map<string, CaAccount> = new Map();
  readonly orders: Map<string, CaOrder> = new Map();
  readonly authorizations: Map<string, CaAuthorization> = new Map();
  readonly certificates: Map<string, IssuedCertificate> = new Map();
  readonly nonces: Set<string> = new Set();
  #counter = 0;

  /** Ids are short and in order, so that logs of a test can be read. */
  nextId(): string {
    this.#counter += 1;
    return String(this.#counter);
  }
}
