import { messageOf } from "../../lib/errors.ts";
import type { CertificatePair } from "../generations/certificate-pair.ts";
import type { CertificateEvent } from "./certificate-events.ts";

export interface ServingOptions {
  /** Gives new connections this certificate; open ones live on. Default: nobody serves. */
  readonly activate?: ((pair: CertificatePair) => Promise<void> | void) | undefined;
  /**
   * Shakes hands with our own listener and resolves with the SHA-256 fingerprint of the leaf that it
   * shows (upper-case hexadecimal with colons), or with undefined when it could not be asked.
   */
  readonly prove?: ((signal: AbortSignal) => Promise<string | undefined>) | undefined;
  readonly emit: (event: CertificateEvent) => void;
}

const PROOFS = 3;

/** The certificate that connections get now. A swap counts once the listener has shown the leaf. */
export class ServedCertificate {
  readonly #options: ServingOptions;
  #pair: CertificatePair | undefined;

  constructor(options: ServingOptions) {
    this.#options = options;
  }

  get pair(): CertificatePair | undefined {
    return this.#pair;
  }

  /** Whether this very certificate is being served. */
  isServing(pair: CertificatePair): boolean {
    return this.#pair?.chain.fingerprint256 === pair.chain.fingerprint256;
  }

  /**
   * Swaps to `pair` and checks it by a handshake. Resolves with undefined when it is being served,
   * else with the reason why not; the certificate from before is then being served again, unless
   * there was none.
   */
  async swapTo(pair: CertificatePair, signal: AbortSignal): Promise<string | undefined> {
    const { emit } = this.#options;
    const previous = this.#pair;
    const problem = await this.#activate(pair, signal);
    if (problem === undefined || !previous) {
      this.#pair = pair;
      const { fingerprint256, notAfter } = pair.chain;
      emit({ type: "swapped", fingerprint256, notAfter });
      return problem;
    }
    const failedTwice = await this.#activate(previous, signal, false);
    emit({
      type: "rolled-back",
      reason: failedTwice === undefined ? problem : `${problem}; going back: ${failedTwice}`,
    });
    return problem;
  }

  async #activate(
    pair: CertificatePair,
    signal: AbortSignal,
    isProved = true,
  ): Promise<string | undefined> {
    const { activate, prove } = this.#options;
    try {
      await activate?.(pair);
    } catch (error) {
      return `the listener did not take it: ${messageOf(error)}`;
    }
    if (!prove || !isProved) return undefined;
    let shown: string | undefined;
    for (let i = 0; i < PROOFS; i++) {
      try {
        shown = await prove(signal);
      } catch {
        signal.throwIfAborted();
      }
      // A listener that cannot be asked (not started yet) is no proof of anything.
      if (shown === undefined || shown === pair.chain.fingerprint256) return undefined;
    }
    return `the listener still shows another certificate (${shown?.slice(0, 23)}...)`;
  }
}
