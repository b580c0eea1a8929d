import type { Clock } from "../../lib/clock.ts";
import type { CertificatePair } from "../generations/certificate-pair.ts";
import { certificateFileName } from "../generations/file-name.ts";
import { type CertificateEvent, EventFeed } from "./certificate-events.ts";
import type { CertificateManagerOptions } from "./certificate-options.ts";
import type { CertificateStatus } from "./certificate-status.ts";
import { CertificateWork } from "./certificate-work.ts";
import { renewalRequestKey } from "./renewal-request.ts";
import { Ticker } from "./ticker.ts";

const SHUTDOWN_GRACE_MS = 5_000;

/**
 * Keeps one certificate fresh. Never throws after start(): what goes wrong comes out as events and
 * in status(), and whatever certificate there is goes on being served.
 */
export class CertificateManager implements AsyncDisposable {
  readonly events: EventFeed<CertificateEvent> = new EventFeed<CertificateEvent>();
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #work: CertificateWork;
  readonly #ticker: Ticker;
  readonly #stop = new AbortController();
  /** Sees changes at once, where the storage can tell; elsewhere the next tick finds them. */
  readonly #watch: () => (() => void) | undefined;
  #unwatch: (() => void) | undefined;

  /** Throws RangeError for names that no certificate can be for. */
  constructor(options: CertificateManagerOptions) {
    const emit = (event: CertificateEvent): void => this.events.emit(event);
    this.#clock = options.clock;
    this.#graceMs = options.shutdownGraceMs ?? SHUTDOWN_GRACE_MS;
    this.#work = new CertificateWork({ ...options, emit, stop: this.#stop.signal });
    this.#ticker = new Ticker({
      clock: options.clock,
      tickMs: options.tickMs,
      tick: ({ isForced }) => this.#tick(isForced),
      onError: (error) => this.#work.report(error),
      onJump: (byMs) => emit({ type: "clock-jumped", byMs }),
    });
    const { storage, names } = options;
    const certificate = `${certificateFileName(names[0] ?? "")}.cert.pem`;
    const keys = [renewalRequestKey(names), ...(storage.isShared ? [certificate] : [])];
    this.#watch = () => {
      const watches = keys.map((key) =>
        storage.watch?.(key, () => void this.#ticker.tickNow(false)),
      );
      if (watches.includes(undefined)) return undefined;
      return () => {
        for (const unwatch of watches) unwatch?.();
      };
    };
  }

  /** Serves what there is, then keeps it fresh in the background. Resolves without asking a CA. */
  async start(): Promise<void> {
    await this.#work.serveWhatIsThere();
    this.#ticker.start();
  }

  /** The certificate that is being served. */
  current(): CertificatePair | undefined {
    return this.#work.served;
  }

  status(): CertificateStatus {
    return this.#work.status();
  }

  /**
   * Looks again now; with `force`, orders although nothing is due and although our own schedule
   * would wait. The CA's limits and its Retry-After hold all the same. Resolves with what came of it.
   */
  async renewNow(options: { readonly force?: boolean } = {}): Promise<CertificateStatus> {
    await this.#ticker.tickNow(options.force ?? false);
    return this.status();
  }

  /** Lets a running attempt end for a moment, then stops it: its order is gone on with next time. */
  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.#ticker.stop();
    this.#unwatch?.();
    if (this.#work.isAttempting && this.#graceMs > 0) {
      const over = new AbortController();
      const grace = this.#clock.sleep(this.#graceMs, over.signal).catch(() => undefined);
      await Promise.race([stopped, grace]);
      over.abort();
    }
    this.#stop.abort(new Error("the certificate manager is stopping"));
    await stopped;
  }

  async #tick(isForced: boolean): Promise<number> {
    // Before it, so that no news is missed meanwhile; after it, because the first one makes the folder.
    this.#unwatch ??= this.#watch();
    try {
      return await this.#work.tick(isForced);
    } finally {
      if (!this.#stop.signal.aborted) this.#unwatch ??= this.#watch();
    }
  }
}
