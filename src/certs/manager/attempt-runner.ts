import type { AcmeClient } from "../../acme/client.ts";
import type { Generation } from "../generations/generation.ts";
import { type AttemptOptions, attemptCertificate } from "./attempt.ts";
import type { CertificateWorkOptions } from "./certificate-options.ts";
import type { ClockWatch } from "./clock-watch.ts";
import type { CurrentCertificate } from "./current-certificate.ts";
import { describeFailure } from "./describe-failure.ts";
import type { Step } from "./plan-step.ts";

export interface AttemptRunnerOptions extends AttemptOptions {
  readonly current: CurrentCertificate;
  readonly clockWatch: ClockWatch;
  readonly work: Pick<CertificateWorkOptions, "authorities" | "emit" | "observe" | "addresses">;
  readonly random: () => number;
}

interface FailedRun {
  readonly step: Step;
  readonly ca: string;
  readonly doubts: readonly string[];
  readonly signal: AbortSignal;
}

/** Tries for a certificate, one attempt at a time; tells what came of it and writes it down. */
export class AttemptRunner {
  readonly #options: AttemptRunnerOptions;
  #isRunning = false;
  #waitInMemoryUntil = 0;

  constructor(options: AttemptRunnerOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** A wait that the ledger could not take. Epoch milliseconds. */
  get waitInMemoryUntil(): number {
    return this.#waitInMemoryUntil;
  }

  /**
   * One attempt, under the lease. Resolves with false when the clock is not to be trusted, so that
   * nothing was tried. Rejects only when the storage does.
   */
  async run(step: Step, current: Generation | undefined, signal: AbortSignal): Promise<boolean> {
    this.#isRunning = true;
    try {
      return await this.#run(step, current, signal);
    } finally {
      this.#isRunning = false;
    }
  }

  async #run(step: Step, current: Generation | undefined, signal: AbortSignal): Promise<boolean> {
    const { ledger, set, work, current: serving } = this.#options;
    const { authorities, emit } = work;
    const authority = authorities[step.authority];
    if (step.action.kind !== "renew" || !authority) return true;
    const { why, exempt } = step.action;
    const { directoryUrl: ca } = authority;
    const client = authority.createClient();
    const doubts: string[] = [];
    try {
      if (!(await this.#isClockGood(client, signal))) return false;
      await ledger.append(set, { kind: "attempt", ca, why, exempt });
      emit({ type: "attempt", why, ca, exempt });
      if (step.authority > 0)
        emit({ type: "fail-over", from: authorities[0].directoryUrl, to: ca });
      const onDoubt = (doubt: string): void => void doubts.push(doubt);
      const hadOne = serving.pair !== undefined;
      const generation = await attemptCertificate(this.#options, {
        authority,
        client,
        exempt,
        signal,
        onDoubt,
        ...(current && { current }),
      });
      serving.note(generation);
      const { serialNumber, notAfter } = generation.pair.chain;
      emit({ type: hadOne ? "renewed" : "issued", ca, serialNumber, notAfter, exempt });
    } catch (error) {
      // Stopped, or no longer the one who orders: not a failure, the order is gone on with.
      if (!signal.aborted) await this.#fail(error, { step, ca, doubts, signal });
    }
    return true;
  }

  /** Asks the CA for its directory, and by the way for the time. */
  async #isClockGood(client: AcmeClient, signal: AbortSignal): Promise<boolean> {
    await client.directory(signal);
    return this.#options.clockWatch.judgeBy(client.clockOffsetMs).kind !== "suspect";
  }

  async #fail(error: unknown, { step, ca, doubts, signal }: FailedRun): Promise<void> {
    const { names, clock, ledger, set, work, current, random } = this.#options;
    const [observed, addresses] = await Promise.all([
      work.observe?.(signal).catch(() => undefined),
      work.addresses?.(signal).catch(() => undefined),
    ]);
    const { failure, retryAt, entry } = describeFailure({
      error,
      names,
      ca,
      doubts,
      addresses,
      failuresBefore: step.history.failures,
      now: clock.now(),
      expiresAt: current.pair?.chain.notAfter,
      window: current.news?.planned,
      observed,
      random,
    });
    // With a full disk the file cannot say that we have to wait; memory can until we stop.
    this.#waitInMemoryUntil = retryAt;
    try {
      await ledger.append(set, entry);
      this.#waitInMemoryUntil = 0;
    } finally {
      // Only the refusal shows that it was no longer ours: whoever orders now tells how it went.
      if (signal.aborted) this.#waitInMemoryUntil = 0;
      else work.emit({ type: "failed", failure, retryAt });
    }
  }
}
