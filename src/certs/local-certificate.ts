import type { Clock } from "../lib/clock.ts";
import type { CertificatePair } from "./generations/certificate-pair.ts";
import type { LocalCa } from "./local-ca.ts";

export interface LocalCertificateOptions {
  readonly ca: LocalCa;
  readonly clock: Clock;
  /** Gives new connections this certificate. */
  readonly activate: (pair: CertificatePair) => Promise<void> | void;
  /** A renewal failed, which is a bug; the certificate from before stays. */
  readonly onError: (error: unknown) => void;
}

/** Between two looks at the dates: often enough to notice that the computer has slept for days. */
const TICK_MS = 3_600_000;

/** Keeps a certificate of the local CA fresh: a new one when half of its life is over. */
export async function keepLocalCertificate(
  options: LocalCertificateOptions,
): Promise<AsyncDisposable> {
  const { ca, clock, activate, onError } = options;
  const stop = new AbortController();
  let pair = await ca.issue();
  await activate(pair);
  const running = run();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };

  async function run(): Promise<void> {
    for (;;) {
      await clock.sleep(TICK_MS, stop.signal).catch(() => undefined);
      if (stop.signal.aborted) return;
      const { notBefore, notAfter } = pair.chain;
      if (clock.now() < (notBefore + notAfter) / 2) continue;
      try {
        pair = await ca.issue();
        await activate(pair);
      } catch (error) {
        onError(error);
      }
    }
  }
}
