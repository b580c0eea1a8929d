import { randomBytes } from "node:crypto";
import { http01Path } from "../acme/challenge.ts";
import type { HttpChallenges } from "../certs/challenges/http-challenges.ts";
import { getPlain } from "./doctor-probes.ts";
import { shownFingerprint } from "./tls-listener.ts";

export interface ReachObserverOptions {
  /** Where DNS leads for each name. */
  readonly addresses: () => Promise<ReadonlyMap<string, readonly string[]>>;
  readonly http: HttpChallenges;
  /** Fingerprint of the leaf that our own listener shows. */
  readonly ownFingerprint: (signal: AbortSignal) => Promise<string>;
  /** Where the CA comes to. Default 443 and 80. */
  readonly ports?: { readonly https: number; readonly http: number };
}

const TIMEOUT_MS = 3_000;
/** A probe for each is made at every look, so there must not be many. */
const MAX_ADDRESSES = 8;

/**
 * At which public addresses and ports of the names we find ourselves, as one text that changes when
 * a port is opened or forwarded. A router that does not let us reach ourselves from inside shows
 * nothing, and then nothing changes. Does not reject.
 */
export function reachObserver(
  options: ReachObserverOptions,
): (signal: AbortSignal) => Promise<string> {
  const { addresses, ports = { https: 443, http: 80 } } = options;
  return async (signal) => {
    const found = [...(await addresses())].flatMap(([name, each]) =>
      each.map((address) => ({ name, address })),
    );
    const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const seen = await Promise.all(
      found
        .slice(0, MAX_ADDRESSES)
        .flatMap(({ name, address }) => [
          isOursOverTls(options, { name, address, port: ports.https }, limited),
          isOursOverHttp(options.http, { name, address, port: ports.http }, limited),
        ]),
    );
    return seen.map((isOurs) => (isOurs ? "1" : "0")).join("");
  };
}

interface Door {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

async function isOursOverTls(
  { ownFingerprint }: ReachObserverOptions,
  { name, address, port }: Door,
  signal: AbortSignal,
): Promise<boolean> {
  const shown = await Promise.all([
    ownFingerprint(signal),
    shownFingerprint(address, port, name, signal),
  ]).catch(() => undefined);
  return shown !== undefined && shown[0] === shown[1];
}

async function isOursOverHttp(
  challenges: HttpChallenges,
  { name, address, port }: Door,
  signal: AbortSignal,
): Promise<boolean> {
  const nonce = randomBytes(16).toString("hex");
  const remove = challenges.add(nonce, nonce);
  try {
    const question = { address, port, host: name, path: http01Path(nonce) };
    return (await getPlain(question, signal)).body === nonce;
  } catch {
    return false;
  } finally {
    remove();
  }
}
