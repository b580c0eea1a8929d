import type { ChallengeType } from "../../acme/challenge.ts";
import type { Identifier } from "../../acme/identifier.ts";

/** A challenge as somebody must answer it. */
export interface ChallengeToAnswer {
  readonly identifier: Identifier;
  readonly token: string;
  readonly keyAuthorization: string;
}

/** An answer that is in place. */
export interface PlacedAnswer {
  /** Why the CA may not see it, as far as can be told from here. Advice for a diagnosis, no gate. */
  readonly doubt?: string;
  /** Takes the answer away. Does not reject. */
  remove(): Promise<void>;
}

/** Answers the challenges of one type. */
export interface ChallengeResponder {
  readonly type: ChallengeType;
  /** Whether this type can prove the identifier at all. */
  canProve(identifier: Identifier): boolean;
  /**
   * Puts the answer in place and resolves when it can be seen as far as we can see: the CA may be
   * told to look. Rejects when it could not be put in place.
   */
  place(challenge: ChallengeToAnswer, signal: AbortSignal): Promise<PlacedAnswer>;
}

/** Asks our own responder as the CA would, over its socket. Undefined: it answers as it should. */
export type SelfCheck = (
  challenge: ChallengeToAnswer,
  signal: AbortSignal,
) => Promise<string | undefined>;
