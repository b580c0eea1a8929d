import type { Clock } from "../../lib/clock.ts";
import { coversAllNames, isWithinDates } from "../generations/certificate-pair.ts";
import type { Generation, GenerationOrigin } from "../generations/generation.ts";
import type { Generations, Survey } from "../generations/generations.ts";
import type { CertificateEvent } from "./certificate-events.ts";
import type { ServedCertificate } from "./served-certificate.ts";

export interface UpkeepOptions {
  readonly generations: Generations;
  readonly served: ServedCertificate;
  readonly names: readonly string[];
  readonly clock: Clock;
  readonly emit: (event: CertificateEvent) => void;
}

/**
 * Puts the files right: adopts what a user put there, sets aside what is broken, makes visible what
 * is current. Whatever looks broken is touched only when it looks the same at the second sight:
 * somebody may be copying two files, one after the other.
 */
export class Upkeep {
  readonly #options: UpkeepOptions;
  #seenBefore: ReadonlySet<string> = new Set();
  /** Where the certificate that is being served came from, to write it again. */
  #origin: GenerationOrigin = { source: "user" };

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Remembers what is being served. */
  note(origin: GenerationOrigin): void {
    const { source, ca, profile, orderUrl } = origin;
    this.#origin = { source, ca, profile, orderUrl };
  }

  /** Whether {@link run} would change anything. */
  isNeeded(survey: Survey): boolean {
    return survey.visible.kind !== "current" && !this.#isNothingYet(survey)
      ? true
      : survey.broken.some(({ kind }) => kind !== "incomplete");
  }

  /** Under the lease. Resolves with what is current afterwards. */
  async run(survey: Survey): Promise<Generation | undefined> {
    const { generations } = this.#options;
    const seen = this.#sightsOf(survey);
    let { current } = survey;
    if (survey.visible.kind === "new") current = await this.#adopt(survey.visible.pair);
    else current = (await this.#restore(survey, seen)) ?? current;
    await this.#quarantineBroken(survey, seen);
    if (current) await this.#show(current, survey, seen);
    this.#seenBefore = seen;
    if (current) await generations.prune(current);
    return current;
  }

  async #adopt(pair: Parameters<Generations["add"]>[0]): Promise<Generation> {
    const { generations, emit } = this.#options;
    const adopted = await generations.add(pair, { source: "user" });
    emit({ type: "adopted", names: pair.chain.names, notAfter: pair.chain.notAfter });
    return adopted;
  }

  /** What is served from memory but broken on disk is written again, when it is still worth it. */
  async #restore(survey: Survey, seen: ReadonlySet<string>): Promise<Generation | undefined> {
    const { generations, served, names, clock, emit } = this.#options;
    const { pair } = served;
    if (!pair || survey.broken.length === 0) return undefined;
    const isStored = survey.current && served.isServing(survey.current.pair);
    const isGood = coversAllNames(pair, names) && isWithinDates(pair, clock.now());
    const isBetter = (survey.current?.pair.chain.notAfter ?? 0) <= pair.chain.notAfter;
    const isSeenTwice = survey.broken.some(({ id }) => this.#isSeenTwice(`generation ${id}`, seen));
    if (isStored || !isGood || !isBetter || !isSeenTwice) return undefined;
    const restored = await generations.add(pair, this.#origin);
    emit({ type: "restored", serialNumber: pair.chain.serialNumber });
    return restored;
  }

  async #quarantineBroken(survey: Survey, seen: ReadonlySet<string>): Promise<void> {
    const { generations, emit } = this.#options;
    const isAdopted = survey.visible.kind === "new";
    for (const { id, kind, reason } of survey.broken) {
      if (kind === "incomplete") continue;
      if (!isAdopted && !this.#isSeenTwice(`generation ${id}`, seen)) continue;
      await generations.quarantine(id, reason);
      if (kind === "corrupt") emit({ type: "quarantined", what: `generation ${id}`, reason });
    }
  }

  async #show(current: Generation, survey: Survey, seen: ReadonlySet<string>): Promise<void> {
    const { generations, emit } = this.#options;
    const { visible } = survey;
    if (visible.kind === "current" && survey.current?.id === current.id) return;
    if (visible.kind === "bad") {
      if (!this.#isSeenTwice("visible", seen)) return;
      await generations.setAsideVisible(visible.reason);
      emit({ type: "quarantined", what: generations.certKey, reason: visible.reason });
    }
    const isBeingCopied = survey.broken.some(
      ({ id, kind }) => kind !== "incomplete" && !this.#isSeenTwice(`generation ${id}`, seen),
    );
    if (visible.kind === "behind" && isBeingCopied) return;
    await generations.publish(current);
  }

  #sightsOf({ broken, visible }: Survey): ReadonlySet<string> {
    const sights = broken.map(({ id, reason }) => `generation ${id} ${reason}`);
    return new Set(
      visible.kind === "bad" ? [...sights, `visible ${visible.certPem} ${visible.keyPem}`] : sights,
    );
  }

  #isSeenTwice(prefix: string, seen: ReadonlySet<string>): boolean {
    return [...seen].some((sight) => sight.startsWith(prefix) && this.#seenBefore.has(sight));
  }

  /** Nothing is visible because there is nothing. */
  #isNothingYet(survey: Survey): boolean {
    return !survey.current && survey.visible.kind === "behind";
  }
}
