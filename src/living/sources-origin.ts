import type { CatalogSettings } from "../catalog/gathered-pages.ts";
import type { KeptCatalog } from "../catalog/kept-pages.ts";
import type { IndexedCatalog } from "../catalog/open-catalog.ts";
import { type PageReading, readPages } from "../catalog/read-pages.ts";
import { renewCatalog } from "../catalog/renew-catalog.ts";
import type { SectionEmbedder } from "../catalog/semantic/section-embedder.ts";
import type { Problem } from "../corpus/page.ts";
import type { ParsedDocuments } from "../corpus/parsed-documents.ts";
import type { Source } from "../corpus/source.ts";
import type { MergeSegments } from "../search/merge-segments.ts";
import type { CatalogKeeper } from "./catalog-keeper.ts";
import type { CatalogOrigin, FollowedSource, Renewal } from "./catalog-origin.ts";
import { SourceProblems } from "./source-problems.ts";

export interface SourcesOriginOptions {
  readonly settings: CatalogSettings;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly parsed: ParsedDocuments;
  /** Makes the embedder of one renewal, when vectors are wanted. */
  readonly createEmbedder?: (() => SectionEmbedder) | undefined;
  /** Merges segments of the index. Default: here and now. */
  readonly merge?: MergeSegments | undefined;
  /** Called for each page that could not be read. When it throws, the source has failed with that. */
  readonly onProblem?: (problem: Problem) => void;
  /** Keeps what is served over a restart. */
  readonly keeper?: CatalogKeeper | undefined;
}

export interface OriginSource extends FollowedSource {
  readonly source: Source;
}

/** Catalogs made of sources, of which only what has changed is read, parsed and indexed again. */
export class SourcesOrigin implements CatalogOrigin {
  readonly sources: readonly OriginSource[];
  readonly first: IndexedCatalog;
  readonly #options: SourcesOriginOptions;
  #kept: KeptCatalog;
  /** What each source said of itself before it was last read. */
  #revisions: readonly (string | undefined)[] = [];
  readonly #readAt: number[];
  readonly #unreadable: number[];

  constructor(first: KeptCatalog, sources: readonly OriginSource[], options: SourcesOriginOptions) {
    this.first = first.catalog;
    this.sources = sources;
    this.#kept = first;
    this.#options = options;
    this.#readAt = sources.map(({ readAt = options.now() }) => readAt);
    this.#unreadable = sources.map(({ problems }) => problems?.unreadablePages ?? 0);
  }

  get unreadablePages(): number {
    return this.#unreadable.reduce((sum, count) => sum + count, 0);
  }

  close(): Promise<void> {
    return this.#options.keeper?.settled() ?? Promise.resolve();
  }

  /** What is remembered of the pages of the catalog that was accepted last. */
  get kept(): KeptCatalog["sources"] {
    return this.#kept.sources;
  }

  async renew(asked: ReadonlySet<number>, signal: AbortSignal): Promise<Renewal> {
    const { settings, now, createEmbedder, parsed, merge, onProblem } = this.#options;
    const failures = new Map<number, unknown>();
    const met = new Map<number, SourceProblems>();
    const askAgainAt = new Map<number, number>();
    const revisions = [...this.#revisions];
    const readings: (readonly PageReading[] | undefined)[] = [];
    for (const [number, { source }] of this.sources.entries()) {
      readings.push(undefined);
      if (!asked.has(number)) continue;
      const problems = new SourceProblems();
      try {
        const revision = await source.revision?.({ signal });
        if (revision !== undefined && revision === revisions[number]) continue;
        const before = this.#kept.sources[number] ?? [];
        readings[number] = await readPages(source, before, {
          signal,
          parsed,
          onProblem(problem) {
            problems.add(problem);
            onProblem?.(problem);
          },
        });
        met.set(number, problems);
        if (problems.outage) failures.set(number, problems.outage);
        revisions[number] = problems.outage ? undefined : revision;
      } catch (error) {
        if (signal.aborted) throw error;
        problems.fail(error);
        failures.set(number, error);
      }
      if (problems.askAgainAt !== undefined) askAgainAt.set(number, problems.askAgainAt);
    }
    const embedder = createEmbedder?.();
    const kept = await renewCatalog(this.#kept, readings, settings, {
      now: now(),
      signal,
      merge,
      ...(embedder && { embedder }),
    });
    if (embedder?.failure) {
      // Their pages are served by words and have their vectors when they are asked again.
      for (const [number, reading] of readings.entries()) {
        if (!reading?.some(({ page }) => page)) continue;
        failures.set(number, embedder.failure);
        revisions[number] = undefined;
      }
    }
    return {
      catalog: kept.catalog,
      failures,
      askAgainAt,
      accept: () => {
        const isNew = kept !== this.#kept;
        this.#kept = kept;
        this.#revisions = revisions;
        for (const [number, { unreadablePages }] of met) this.#unreadable[number] = unreadablePages;
        for (const number of asked) if (!failures.has(number)) this.#readAt[number] = now();
        if (isNew) this.#options.keeper?.keep(kept, this.#readAt);
      },
    };
  }
}
