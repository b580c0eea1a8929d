import type { CertificateKeyType } from "../../acme/certificate-key.ts";
import type { Clock } from "../../lib/clock.ts";
import type { ChallengeResponder } from "../challenges/challenge-responder.ts";
import type { CertificateAuthority } from "../issuance/certificate-authority.ts";
import type { Storage } from "../storage.ts";
import type { CertificateEvent } from "./certificate-events.ts";
import type { ServingOptions } from "./served-certificate.ts";

export interface CertificateManagerOptions extends Pick<ServingOptions, "activate" | "prove"> {
  readonly storage: Storage;
  readonly clock: Clock;
  /** DNS names, wildcards, IP addresses: all in one certificate. The first one names the files. */
  readonly names: readonly string[];
  /** The CA that is wanted, then those for when it is down. */
  readonly authorities: readonly [CertificateAuthority, ...CertificateAuthority[]];
  readonly responders: readonly ChallengeResponder[];
  /** Default "p256". */
  readonly keyType?: CertificateKeyType | undefined;
  /** Asked for when the CA has it. Default: the CA's default; for an IP address "shortlived". */
  readonly profile?: string | undefined;
  /** 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /**
   * Something that changes when the cause of a failure may have gone: what DNS answers for the names,
   * and whether their ports lead here.
   * It is looked at in every tick of a wait, so it must be cheap.
   */
  readonly observe?: ((signal: AbortSignal) => Promise<string>) | undefined;
  /** What DNS gives for the names, asked after a failure, to say where the CA was led. */
  readonly addresses?:
    | ((signal: AbortSignal) => Promise<ReadonlyMap<string, readonly string[]>>)
    | undefined;
  /** How often it looks when nothing is due. Default ten minutes. */
  readonly tickMs?: number | undefined;
  /** How long a stop lets a running attempt come to its end. Default 5 seconds. */
  readonly shutdownGraceMs?: number | undefined;
}

/** What the parts of a {@link CertificateManager} need besides. */
export interface CertificateWorkOptions extends CertificateManagerOptions {
  readonly emit: (event: CertificateEvent) => void;
  readonly stop: AbortSignal;
}
