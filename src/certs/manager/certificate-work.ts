import { explainFailure } from "../explain-failure.ts";
import { type CertificatePair, coversAllNames } from "../generations/certificate-pair.ts";
import { certificateFileName } from "../generations/file-name.ts";
import { Generations } from "../generations/generations.ts";
import type { CertificateAuthority } from "../issuance/certificate-authority.ts";
import { Ledger } from "../ledger/ledger.ts";
import { identifierSetKey } from "../ledger/ledger-entry.ts";
import { publishedLimitsOf } from "../ledger/rate-limits.ts";
import type { Lease } from "../storage.ts";
import type { AttemptOptions } from "./attempt.ts";
import { AttemptRunner } from "./attempt-runner.ts";
import type { CertificateWorkOptions } from "./certificate-options.ts";
import { buildStatus, type CertificateStatus } from "./certificate-status.ts";
import { ClockWatch } from "./clock-watch.ts";
import { CurrentCertificate } from "./current-certificate.ts";
import { EarlyWake } from "./early-wake.ts";
import { closeFinishedOrder, finishedOrder } from "./finished-order.ts";
import { planStep, type Step } from "./plan-step.ts";
import { type RenewalRequest, readRenewalRequest, renewalRequestKey } from "./renewal-request.ts";
import { ServedCertificate } from "./served-certificate.ts";
import { TICK_MS } from "./ticker.ts";
import { Upkeep } from "./upkeep.ts";

interface DueWork {
  readonly isForced: boolean;
  /** The cause of the last failure seems to be gone. */
  readonly isWoken: boolean;
  /** A certificate is wanted, not only tidiness. */
  readonly isDue: boolean;
  /** What another process left for us. */
  readonly request: RenewalRequest | undefined;
}

/** Whoever of a fleet has the lease may die with it; then another one has to go on. */
const FOLLOWER_PAUSE_MS = 15_000;

/** One lease for the whole folder: account, ledger and files belong to whoever holds it. */
export const LEASE = "certificates";

/** What a {@link CertificateManager} does in a tick: look, decide, and do it under the lease. */
export class CertificateWork {
  readonly #options: CertificateWorkOptions;
  readonly #set: string;
  readonly #ledger: Ledger;
  readonly #generations: Generations;
  readonly #upkeep: Upkeep;
  readonly #current: CurrentCertificate;
  readonly #clockWatch: ClockWatch;
  readonly #earlyWake = new EarlyWake();
  readonly #attemptOptions: AttemptOptions;
  readonly #attempts: AttemptRunner;
  readonly #random: () => number;
  #step: Step | undefined;
  #trouble: { readonly sentence: string; readonly fix: string } | undefined;
  #isFollower = false;
  /** A certificate is due, but another process has the lease, or the clock is not to be trusted. */
  #isHeldUp = false;
  #toldWait = "";

  constructor(options: CertificateWorkOptions) {
    const { storage, clock, names, emit, keyType = "p256", profile, responders } = options;
    const folder = `.docport/${certificateFileName(names[0] ?? "")}`;
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#set = identifierSetKey(names);
    const ledger = new Ledger(storage, clock);
    const generations = new Generations({ storage, names, clock });
    const served = new ServedCertificate({
      activate: options.activate,
      prove: options.prove,
      emit,
    });
    this.#ledger = ledger;
    this.#generations = generations;
    this.#upkeep = new Upkeep({ generations, served, names, clock, emit });
    this.#current = new CurrentCertificate({
      ...options,
      served,
      upkeep: this.#upkeep,
      random: this.#random,
      newsKey: `${folder}/renewal.json`,
    });
    this.#clockWatch = new ClockWatch(clock, emit);
    const keyKey = `${folder}/order-key.pem`;
    this.#attemptOptions = {
      storage,
      clock,
      ledger,
      generations,
      served,
      names,
      set: this.#set,
      keyKey,
      keyType,
      profile,
      responders,
    };
    this.#attempts = new AttemptRunner({
      ...this.#attemptOptions,
      current: this.#current,
      clockWatch: this.#clockWatch,
      work: options,
      random: this.#random,
    });
  }

  get isAttempting(): boolean {
    return this.#attempts.isRunning;
  }

  get served(): CertificatePair | undefined {
    return this.#current.pair;
  }

  status(): CertificateStatus {
    const { clock, names } = this.#options;
    const { pair, origin, news } = this.#current;
    return buildStatus({
      now: clock.now(),
      names,
      served: pair,
      origin,
      step: this.#step,
      news,
      coversAllNames: pair !== undefined && coversAllNames(pair, names),
      trouble: this.#trouble ?? this.#clockWatch.trouble,
      isFollower: this.#isFollower,
    });
  }

  /** For the start: never rejects, writes nothing. */
  async serveWhatIsThere(): Promise<void> {
    try {
      await this.#current.serve(await this.#generations.survey(), this.#options.stop);
    } catch (error) {
      this.report(error);
    }
  }

  /** Tells what a tick ended with, once. A stop is nothing to tell. */
  report(error: unknown): void {
    if (this.#options.stop.aborted) return;
    const { sentence, fix, cause } = explainFailure(error, { names: this.#options.names });
    if (cause !== "storage") this.#options.emit({ type: "unexpected", error });
    else if (this.#trouble?.sentence !== sentence) {
      this.#options.emit({ type: "storage-trouble", sentence, fix });
    }
    this.#trouble = { sentence, fix };
  }

  /** One look at everything, and what follows from it. Resolves with the instant of the next one. */
  async tick(isPressed: boolean): Promise<number> {
    const { storage, names, stop } = this.#options;
    const request = await readRenewalRequest(storage, names);
    const isForced = isPressed || request?.isForced === true;
    const survey = await this.#generations.survey();
    await this.#current.serve(survey, stop);
    await this.#ledger.reload();
    await this.#current.loadNews();
    this.#step = this.#plan(isForced);
    const isWoken = await this.#isCauseGone(this.#step);
    const isDue = this.#step.action.kind === "renew" || isWoken;
    const isUntidy =
      this.#upkeep.isNeeded(survey) ||
      finishedOrder(this.#attemptOptions, this.#current) !== undefined;
    if (isDue || isUntidy || request || this.#current.newsAuthority()) {
      await this.#workUnderLease({ isForced, isWoken, isDue, request });
    } else this.#trouble = undefined;
    this.#tellWait(this.#step);
    return this.#nextTickAt(this.#step);
  }

  async #workUnderLease(work: DueWork): Promise<void> {
    let lease: Lease | undefined;
    try {
      lease = await this.#options.storage.tryLock(LEASE);
    } catch (error) {
      // A user's own certificate on a read-only mount needs nothing from us.
      if (work.isDue || this.status().state !== "ok") throw error;
      return;
    }
    this.#isFollower = lease === undefined;
    this.#isHeldUp = this.#isFollower;
    if (!lease) return;
    try {
      await this.#work(work, AbortSignal.any([this.#options.stop, lease.signal]));
      this.#trouble = undefined;
    } catch (error) {
      if (!lease.signal.aborted) throw error;
      // Whoever has it now goes on with the work, and we look what comes of it.
      this.#isFollower = true;
      this.#isHeldUp = true;
    } finally {
      await lease.release();
    }
  }

  async #work(work: DueWork, signal: AbortSignal): Promise<void> {
    const { isForced, isWoken, request } = work;
    const { storage, names } = this.#options;
    // Before it is done: what fails, or kills us, must not be done again and again.
    if (request) await storage.delete(renewalRequestKey(names));
    const current = await this.#upkeep.run(await this.#generations.survey());
    if (current) await this.#current.swapTo(current, signal);
    // Somebody else may have done it between our look and the lease.
    await this.#ledger.reload();
    await closeFinishedOrder(this.#attemptOptions, this.#current);
    if (isWoken) await this.#endWait();
    const authority = this.#current.newsAuthority();
    if (authority) await this.#askNews(authority, signal);
    this.#step = this.#plan(isForced);
    if (this.#step.action.kind !== "renew") return;
    this.#isHeldUp = !(await this.#attempts.run(this.#step, current, signal));
    await this.#current.loadNews();
    this.#step = this.#plan(false);
  }

  #plan(isForced: boolean): Step {
    const { clock, names, authorities } = this.#options;
    const { pair, origin = { source: "user" }, news } = this.#current;
    return planStep({
      now: clock.now(),
      names,
      set: this.#set,
      ...(pair && { current: { ...origin, pair } }),
      ...(news?.planned && { planned: news.planned }),
      entries: this.#ledger.entries,
      authorities: authorities.map(({ directoryUrl, limits }) => ({
        directoryUrl,
        limits: limits ?? publishedLimitsOf(directoryUrl),
      })),
      isForced,
      clock: this.#clockWatch.judgeAlone(),
      waitInMemoryUntil: this.#attempts.waitInMemoryUntil,
    });
  }

  #isCauseGone(step: Step): Promise<boolean> {
    const { clock, observe, authorities, stop } = this.#options;
    const { createClient } = authorities[step.authority] ?? authorities[0];
    return this.#earlyWake.isCauseGone({
      step,
      entries: this.#ledger.entries,
      set: this.#set,
      now: clock.now(),
      observe,
      createClient,
      signal: stop,
    });
  }

  async #endWait(): Promise<void> {
    const { authorities, emit } = this.#options;
    const step = this.#plan(false);
    const ca = (authorities[step.authority] ?? authorities[0]).directoryUrl;
    await this.#ledger.append(this.#set, { kind: "cause-gone", ca });
    emit({ type: "woken", cause: step.history.lastFailure?.why ?? "unknown" });
  }

  async #askNews(authority: CertificateAuthority, signal: AbortSignal): Promise<void> {
    const client = authority.createClient();
    await this.#current.refreshNews(client, signal);
    this.#clockWatch.judgeBy(client.clockOffsetMs);
  }

  #tellWait({ action }: Step): void {
    const wait = action.kind === "wait" ? `${action.because} ${action.until}` : "";
    // A wait for the clock moves on with each look.
    const isNew =
      wait !== this.#toldWait && !(action.kind === "wait" && action.because === "clock");
    this.#toldWait = wait;
    if (action.kind !== "wait" || !isNew) return;
    const { until, because, why } = action;
    this.#options.emit({ type: "waiting", until, because, why });
  }

  #nextTickAt({ action }: Step): number {
    const now = this.#options.clock.now();
    if (action.kind === "renew") {
      if (!this.#isHeldUp) return now;
      const isInFleet = this.#options.storage.isShared ?? false;
      return now + (this.#isFollower && isInFleet ? FOLLOWER_PAUSE_MS : TICK_MS);
    }
    return Math.min(action.until, this.#current.news?.nextCheckAt ?? Number.POSITIVE_INFINITY);
  }
}
