import { isWildcard, tlsAlpnServerName } from "../../acme/identifier.ts";
import { createTlsAlpnCertificate } from "../../acme/tls-alpn-certificate.ts";
import type { Clock } from "../../lib/clock.ts";
import { messageOf } from "../../lib/errors.ts";
import type { ChallengeResponder, ChallengeToAnswer, SelfCheck } from "./challenge-responder.ts";
import type { ChallengeSharing, SharedAnswer } from "./challenge-sharing.ts";
import type { HttpChallenges } from "./http-challenges.ts";
import type { TlsAlpnChallenges } from "./tls-alpn-challenges.ts";

export interface LocalResponderOptions {
  readonly clock: Clock;
  /** Default: the answer is taken to be visible as soon as it is registered. */
  readonly selfCheck?: SelfCheck | undefined;
  /** Other replicas that the CA may reach in place of this one. Default: there are none. */
  readonly sharing?: Pick<ChallengeSharing, "publish"> | undefined;
}

/** A listener that is still starting is waited for this long. */
const SELF_CHECK_MS = 10_000;
const FIRST_PAUSE_MS = 20;

/** HTTP-01 on our own HTTP listener. */
export function httpResponder(
  challenges: HttpChallenges,
  options: LocalResponderOptions,
): ChallengeResponder {
  return {
    type: "http-01",
    canProve: (identifier) => !isWildcard(identifier),
    async place(challenge, signal) {
      const { token, keyAuthorization } = challenge;
      const remove = challenges.add(token, keyAuthorization);
      const answer: SharedAnswer = { type: "http-01", token, keyAuthorization };
      return await checked({ challenge, answer, remove }, options, signal);
    },
  };
}

/** TLS-ALPN-01 on our own HTTPS listener. */
export function tlsAlpnResponder(
  challenges: TlsAlpnChallenges,
  options: LocalResponderOptions,
): ChallengeResponder {
  return {
    type: "tls-alpn-01",
    canProve: (identifier) => !isWildcard(identifier),
    async place(challenge, signal) {
      const { identifier, keyAuthorization } = challenge;
      const now = options.clock.now();
      const made = await createTlsAlpnCertificate({ identifier, keyAuthorization, now });
      const serverName = tlsAlpnServerName(identifier);
      const pair = { cert: made.certificatePem, key: made.privateKeyPem };
      const remove = challenges.add(serverName, pair);
      const answer: SharedAnswer = { type: "tls-alpn-01", serverName, ...pair };
      return await checked({ challenge, answer, remove }, options, signal);
    },
  };
}

interface Registered {
  readonly challenge: ChallengeToAnswer;
  readonly answer: SharedAnswer;
  readonly remove: () => void;
}

async function checked(
  { challenge, answer, remove }: Registered,
  options: LocalResponderOptions,
  signal: AbortSignal,
): Promise<{ readonly doubt?: string; remove(): Promise<void> }> {
  try {
    const doubt = options.selfCheck && (await waitUntilSeen(challenge, options, signal));
    const withdraw = await options.sharing?.publish(answer);
    return {
      ...(doubt === undefined ? {} : { doubt }),
      async remove() {
        remove();
        await withdraw?.();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

async function waitUntilSeen(
  challenge: ChallengeToAnswer,
  { clock, selfCheck }: LocalResponderOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const end = clock.now() + SELF_CHECK_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    const doubt = await selfCheck?.(challenge, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      return messageOf(error);
    });
    if (doubt === undefined || clock.now() + pause > end) return doubt;
    await clock.sleep(pause, signal);
  }
}
