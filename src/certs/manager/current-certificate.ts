import type { AcmeClient } from "../../acme/client.ts";
import {
  type CertificatePair,
  coversAllNames,
  isWithinDates,
} from "../generations/certificate-pair.ts";
import type { Generation, GenerationOrigin } from "../generations/generation.ts";
import type { Survey } from "../generations/generations.ts";
import type { CertificateAuthority } from "../issuance/certificate-authority.ts";
import type { CertificateWorkOptions } from "./certificate-options.ts";
import { type RenewalNews, RenewalNewsKeeper } from "./renewal-news.ts";
import type { ServedCertificate } from "./served-certificate.ts";
import type { Upkeep } from "./upkeep.ts";

export interface CurrentCertificateOptions
  extends Pick<CertificateWorkOptions, "storage" | "clock" | "names" | "authorities" | "emit"> {
  readonly served: ServedCertificate;
  readonly upkeep: Upkeep;
  readonly random: () => number;
  /** Storage key of what the CA said about it. */
  readonly newsKey: string;
}

/** The certificate that is served, where it came from, and what its CA says about it. */
export class CurrentCertificate {
  readonly #options: CurrentCertificateOptions;
  readonly #newsKeeper: RenewalNewsKeeper;
  #from: (GenerationOrigin & { readonly id: string }) | undefined;
  #news: RenewalNews | undefined;

  constructor(options: CurrentCertificateOptions) {
    const { storage, clock, random, newsKey: key } = options;
    this.#options = options;
    this.#newsKeeper = new RenewalNewsKeeper({ storage, clock, random, key });
  }

  get pair(): CertificatePair | undefined {
    return this.#options.served.pair;
  }

  get origin(): GenerationOrigin | undefined {
    return this.#from;
  }

  get news(): RenewalNews | undefined {
    return this.#news;
  }

  /** Serves what a restart finds, or another process has put there; adopting it comes later. */
  async serve({ current, visible }: Survey, signal: AbortSignal): Promise<void> {
    const { served } = this.#options;
    if (current) await this.swapTo(current, signal);
    else if (visible.kind === "new" && !served.isServing(visible.pair)) {
      const problem = await served.swapTo(visible.pair, signal);
      if (problem === undefined) this.#from = { source: "user", id: "000000" };
    }
  }

  /** Serves a generation, unless a newer one is served that is merely broken on disk by now. */
  async swapTo(generation: Generation, signal: AbortSignal): Promise<void> {
    const { served } = this.#options;
    const { pair, id } = generation;
    const isSame = served.isServing(pair);
    if (!isSame && this.#isBetterInMemory(id)) return;
    const problem = isSame ? undefined : await served.swapTo(pair, signal);
    if (problem === undefined || served.isServing(pair)) this.note(generation);
  }

  /** Remembers where what is served came from. */
  note({ source, ca, profile, orderUrl, id }: Generation): void {
    this.#from = { source, ca, profile, orderUrl, id };
    this.#options.upkeep.note(this.#from);
  }

  /** The CA to ask for the renewal window now; undefined when it is not the time, or not possible. */
  newsAuthority(): CertificateAuthority | undefined {
    const id = this.#ariId();
    const authority = this.#options.authorities.find((one) => one.directoryUrl === this.#from?.ca);
    return id !== undefined && this.#newsKeeper.isDue(id) ? authority : undefined;
  }

  /** Reads what the CA said last. */
  async loadNews(): Promise<void> {
    const id = this.#ariId();
    this.#news = id === undefined ? undefined : await this.#newsKeeper.load(id);
  }

  /** Asks the CA, and tells when the plan has changed. */
  async refreshNews(client: AcmeClient, signal: AbortSignal): Promise<void> {
    const before = this.#news?.planned;
    this.#news = await this.#newsKeeper.refresh(client, this.#ariId() ?? "", signal);
    const { planned, explanationUrl } = this.#news;
    if (!planned || planned.renewAt === before?.renewAt) return;
    this.#options.emit({
      type: "window",
      ...planned,
      ...(explanationUrl !== undefined && { explanationUrl }),
    });
  }

  /** Only a certificate of a CA's has something to ask about. */
  #ariId(): string | undefined {
    return this.#from?.source === "acme" ? this.pair?.chain.ariCertificateId : undefined;
  }

  #isBetterInMemory(id: string): boolean {
    const { names, clock } = this.#options;
    const { pair } = this;
    const isNewer = this.#from !== undefined && id < this.#from.id;
    return !!pair && isNewer && isWithinDates(pair, clock.now()) && coversAllNames(pair, names);
  }
}
