import { createHash } from "node:crypto";
import type { KeptCatalog, KeptPage } from "../catalog/kept-pages.ts";
import type { IndexedCatalog } from "../catalog/open-catalog.ts";
import type { Clock } from "../lib/clock.ts";
import { decodeBuilderNotes, encodeBuilderNotes } from "./builder-notes.ts";
import type { CatalogOrigin } from "./catalog-origin.ts";
import type { BuilderLease, IndexShelf, ShelvedIndex } from "./index-shelf.ts";
import { LivingCatalog } from "./living-catalog.ts";
import type { LivingEvent, LivingStatus } from "./living-status.ts";
import type { ServedIndex } from "./shelf-origin.ts";

/** Catalogs made of sources, with what is remembered of their pages, if anything is. */
export interface BuildingOrigin extends CatalogOrigin {
  readonly kept?: readonly (readonly KeptPage[])[];
}

export interface IndexBuilderOptions {
  readonly shelf: IndexShelf;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** See `BuilderNotes`. */
  readonly identity: string;
  /** Reads the sources, from what was there before when that is given. */
  readonly openOrigin: (before: KeptCatalog | undefined) => Promise<BuildingOrigin>;
  /** Opens an index of the shelf. */
  readonly open: (index: ShelvedIndex, signal: AbortSignal) => Promise<IndexedCatalog>;
  /** What happens to the sources. */
  readonly onEvent: (event: Exclude<LivingEvent, { kind: "swapped" }>) => void;
  readonly onLead: () => void;
  readonly onPublished: (index: ShelvedIndex, tookMs: number) => void;
  /** Told why building or publishing failed; it is tried again. */
  readonly onFailure: (error: unknown) => void;
}

/** How often the lease is asked for, in case the one who had it died. */
const ASK_MS = 10_000;
const RETRY_MS = 5_000;

/**
 * Follows the sources and publishes what becomes of them, while it has the lease; else it waits for
 * it. Who takes over starts from the index that was published, and indexes what has changed.
 */
export class IndexBuilder {
  readonly #options: IndexBuilderOptions;
  #bell = new AbortController();
  #living: LivingCatalog | undefined;
  #built: ServedIndex | undefined;

  constructor(options: IndexBuilderOptions) {
    this.#options = options;
  }

  /** The catalog that this replica published with this checksum, or undefined. */
  builtAs(sha256: string): IndexedCatalog | undefined {
    return this.#built?.sha256 === sha256 ? this.#built.catalog : undefined;
  }

  /** How the sources are; undefined while another replica follows them. */
  status(): LivingStatus | undefined {
    return this.#living?.status();
  }

  /** Reads the sources now, when it is this replica that does. */
  refresh(): void {
    this.#living?.refresh();
  }

  /** Takes part until the signal aborts, and then lets another one build. */
  async run(signal: AbortSignal): Promise<void> {
    const { shelf, clock, onFailure } = this.#options;
    const unwatch = shelf.watch((news) => {
      if (news === "free") this.#bell.abort();
    });
    while (!signal.aborted) {
      this.#bell = new AbortController();
      const bell = AbortSignal.any([signal, this.#bell.signal]);
      try {
        // Away: the feed of changes tells it.
        const lease = await shelf.tryLead().catch(() => undefined);
        if (lease) await this.lead(lease, signal);
      } catch (error) {
        if (!signal.aborted) onFailure(error);
      }
      await clock.sleep(ASK_MS, bell).catch(() => undefined);
    }
    unwatch();
  }

  /**
   * Builds and publishes for as long as the lease lasts, and releases it. Rejects when the sources
   * cannot be read to begin with. `onReady` is called once an index of theirs is on the shelf.
   */
  async lead(lease: BuilderLease, signal: AbortSignal, onReady?: () => void): Promise<void> {
    const { clock, random, openOrigin, onEvent, onLead } = this.#options;
    const ended = AbortSignal.any([signal, lease.signal]);
    let living: LivingCatalog | undefined;
    const unwatch = this.#options.shelf.watch((news) => {
      if (news === "refresh") this.refresh();
    });
    try {
      onLead();
      const before = await this.#before(ended);
      const origin = await openOrigin(before?.kept);
      ended.throwIfAborted();
      let publishing = Promise.resolve();
      let published = before?.kept?.catalog;
      const publishLatest = (): void => {
        publishing = publishing.then(async () => {
          const latest = living?.current ?? origin.first;
          if (latest === published) return;
          if (await this.#publish(latest, origin, lease, ended)) published = latest;
        });
      };
      publishLatest();
      await publishing;
      onReady?.();
      living = await LivingCatalog.open(origin, {
        clock,
        random,
        onEvent(event) {
          if (event.kind === "swapped") publishLatest();
          else onEvent(event);
        },
      });
      this.#living = living;
      living.start();
      // What has changed since that index was made nobody has told.
      if (before?.kept) living.refresh();
      await aborted(ended);
      await publishing;
    } finally {
      unwatch();
      this.#living = undefined;
      await living?.close();
      await lease.release();
    }
  }

  /** What was published last, when it is of the same settings and can be gone on from. */
  async #before(signal: AbortSignal): Promise<{ readonly kept: KeptCatalog } | undefined> {
    const { shelf, identity, open } = this.#options;
    try {
      const { newest } = await shelf.look();
      if (!newest) return undefined;
      const notes = decodeBuilderNotes(await shelf.fetchNotes(newest, signal), identity);
      if (!notes) return undefined;
      const catalog = this.builtAs(newest.sha256) ?? (await open(newest, signal));
      return { kept: { catalog, sources: notes.sources } };
    } catch {
      // One that is of another version or damaged is made anew.
      signal.throwIfAborted();
      return undefined;
    }
  }

  /** Tries until it is done or the lease is lost. */
  async #publish(
    catalog: IndexedCatalog,
    origin: BuildingOrigin,
    lease: BuilderLease,
    ended: AbortSignal,
  ): Promise<boolean> {
    const { clock, identity, onPublished, onFailure } = this.#options;
    const notes = encodeBuilderNotes({ identity, sources: origin.kept ?? [] });
    const { pageCount, sectionCount } = catalog.facts;
    let hasFailed = false;
    while (!ended.aborted) {
      try {
        const startedAt = clock.now();
        const index = catalog.index.toBytes();
        const sha256 = createHash("sha256").update(index).digest("hex");
        // Before the news of it arrives: what is in memory need not be downloaded.
        this.#built = { catalog, sha256 };
        const facts = { revision: catalog.revision, sha256, pageCount, sectionCount };
        const shelved = await lease.publish({ ...facts, index, notes });
        onPublished(shelved, clock.now() - startedAt);
        return true;
      } catch (error) {
        if (!hasFailed) onFailure(error);
        hasFailed = true;
        await clock.sleep(RETRY_MS, ended).catch(() => undefined);
      }
    }
    return false;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
