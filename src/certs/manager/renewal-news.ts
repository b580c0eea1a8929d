import type { AcmeClient } from "../../acme/client.ts";
import type { Clock } from "../../lib/clock.ts";
import { DocportError } from "../../lib/errors.ts";
import { isRecord, numberIn, parseJson, stringIn } from "../parse-json.ts";
import { type PlannedRenewal, planRenewal } from "../policy/renewal-window.ts";
import { loadText, type Storage } from "../storage.ts";

/** What the CA last said about one certificate (RFC 9773), and when to ask again. */
export interface RenewalNews {
  /** {@link CertificateChain.ariCertificateId} of the certificate that it is about. */
  readonly certificateId: string;
  readonly planned?: PlannedRenewal;
  readonly explanationUrl?: string;
  /** Epoch milliseconds. */
  readonly nextCheckAt: number;
}

export interface RenewalNewsOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: () => number;
  /** Storage key of the news. */
  readonly key: string;
}

/** Let's Encrypt asks for twice a day at least; a failure is no news until then. */
const RETRY_MS = 6 * 3_600_000;
const UNSUPPORTED_RETRY_MS = 24 * 3_600_000;

/** Asks the CA when to renew, and remembers the answer and the instant drawn from it on disk. */
export class RenewalNewsKeeper {
  readonly #options: RenewalNewsOptions;
  #news: RenewalNews | undefined;

  constructor(options: RenewalNewsOptions) {
    this.#options = options;
  }

  /** What is known about this certificate; undefined when nothing is. */
  async load(certificateId: string): Promise<RenewalNews | undefined> {
    if (this.#news?.certificateId === certificateId) return this.#news;
    const { storage, key } = this.#options;
    const news = readNews((await loadText(storage, key)) ?? "");
    this.#news = news?.certificateId === certificateId ? news : undefined;
    return this.#news;
  }

  /** Whether it is time to ask. */
  isDue(certificateId: string): boolean {
    const now = this.#options.clock.now();
    const news = this.#news?.certificateId === certificateId ? this.#news : undefined;
    // A check that is days ahead was planned by a clock that was wrong.
    return !news || now >= news.nextCheckAt || news.nextCheckAt - now > 2 * UNSUPPORTED_RETRY_MS;
  }

  /**
   * Asks the CA. A failure or a nonsensical window is no news: what was planned stays. Rejects only
   * when the storage does, and with the signal's reason.
   */
  async refresh(
    client: AcmeClient,
    certificateId: string,
    signal: AbortSignal,
  ): Promise<RenewalNews> {
    const { clock, random, storage, key } = this.#options;
    const previous = await this.load(certificateId);
    const kept = previous?.planned && { planned: previous.planned };
    let news: RenewalNews;
    try {
      const info = await client.renewalInfo(certificateId, signal);
      const now = clock.now();
      const planned = planRenewal(info.suggestedWindow, previous?.planned, now, random);
      news = {
        certificateId,
        ...(planned && { planned }),
        ...(info.explanationUrl !== undefined && { explanationUrl: info.explanationUrl }),
        nextCheckAt: now + info.retryAfterMs,
      };
    } catch (error) {
      signal.throwIfAborted();
      const isUnsupported = error instanceof DocportError && error.code === "ERR_ACME_UNSUPPORTED";
      const nextCheckAt = clock.now() + (isUnsupported ? UNSUPPORTED_RETRY_MS : RETRY_MS);
      news = { certificateId, nextCheckAt, ...(isUnsupported ? {} : kept) };
    }
    this.#news = news;
    await storage.store(key, `${JSON.stringify(news, null, 2)}\n`);
    return news;
  }
}

function readNews(text: string): RenewalNews | undefined {
  const value = parseJson(text);
  if (!isRecord(value)) return undefined;
  const certificateId = stringIn(value, "certificateId");
  const nextCheckAt = numberIn(value, "nextCheckAt");
  if (certificateId === undefined || nextCheckAt === undefined) return undefined;
  const planned = isRecord(value["planned"]) ? value["planned"] : {};
  const start = numberIn(planned, "start");
  const end = numberIn(planned, "end");
  const renewAt = numberIn(planned, "renewAt");
  const isWhole = start !== undefined && end !== undefined && renewAt !== undefined;
  const explanationUrl = stringIn(value, "explanationUrl");
  return {
    certificateId,
    nextCheckAt,
    ...(isWhole && { planned: { start, end, renewAt } }),
    ...(explanationUrl !== undefined && { explanationUrl }),
  };
}
