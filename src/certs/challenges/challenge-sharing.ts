import type { HttpChallenges } from "./http-challenges.ts";
import type { TlsAlpnChallenges } from "./tls-alpn-challenges.ts";

/** The answer to one challenge, as any replica can give it. */
export type SharedAnswer =
  | { readonly type: "http-01"; readonly token: string; readonly keyAuthorization: string }
  | {
      readonly type: "tls-alpn-01";
      /** Server name that the CA sends (RFC 8737 §3, RFC 8738 §6). */
      readonly serverName: string;
      /** PEM of the certificate that answers, and of its key. */
      readonly cert: string;
      readonly key: string;
    };

/** What this replica answers with, on its own listeners. */
export interface LocalAnswers {
  readonly http: HttpChallenges;
  readonly tlsAlpn: TlsAlpnChallenges;
}

/** How replicas answer each other's challenges: the CA may reach any of them. */
export interface ChallengeSharing {
  /**
   * Tells the other replicas an answer, and resolves when those that are alive can give it, or have
   * not said so in a few seconds. The function takes it back; it does not reject.
   */
  publish(answer: SharedAnswer): Promise<() => Promise<void>>;
  /** From now on, what others publish is among this replica's own answers. */
  follow(answers: LocalAnswers): AsyncDisposable;
  /** Asks for an answer to HTTP-01 that this replica has not heard of yet. Never rejects. */
  find(token: string): Promise<string | undefined>;
}
