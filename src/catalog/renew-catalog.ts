import type { Page } from "../corpus/page.ts";
import { pageWithId } from "../corpus/page-with-id.ts";
import { createBreather } from "../lib/breathe.ts";
import { bytesOf } from "../search/file/sections.ts";
import type { IndexDocument, IndexGroup } from "../search/index-document.ts";
import { type MergeSegments, mergeSegments } from "../search/merge-segments.ts";
import type { SearchIndex } from "../search/search-index.ts";
import { packMetadata } from "./catalog-metadata.ts";
import { type CatalogSettings, GatheredPages } from "./gathered-pages.ts";
import type { KeptCatalog, KeptPage } from "./kept-pages.ts";
import { pageRecords } from "./page-records.ts";
import type { PageReading } from "./read-pages.ts";
import type { SectionEmbedder } from "./semantic/section-embedder.ts";
import { decodePage } from "./stored-json.ts";

export interface RenewOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds since the Unix epoch; becomes `CatalogFacts.builtAt`. */
  readonly now: number;
  /** Asked for the vectors of the sections that are new. */
  readonly embedder?: SectionEmbedder;
  /** Merges segments. Default: here and now. */
  readonly merge?: MergeSegments | undefined;
}

/** Text that is indexed in one go, some tens of milliseconds of work. */
const BATCH_CHARS = 64_000;

/**
 * The catalog after its sources were read again, by source; one that could not be read is undefined
 * and keeps the pages that it had. Only pages that are new or changed are indexed. `before` stays as
 * it is and can be searched meanwhile; it comes back itself when nothing has changed.
 *
 * Pages keep their ids: when two sources have pages of one id, the one that came later has a number,
 * and keeps it.
 */
export async function renewCatalog(
  before: KeptCatalog,
  readings: readonly (readonly PageReading[] | undefined)[],
  settings: CatalogSettings,
  options: RenewOptions,
): Promise<KeptCatalog> {
  const { catalog } = before;
  const plan = planPages(before, readings);
  const isSame =
    plan.removed.length === 0 &&
    plan.pages.every((pages, source) =>
      pages.every((one, place) => !one.page && before.sources[source]?.[place]?.id === one.id),
    );
  if (isSame) return before;
  const gathered = new GatheredPages();
  const changes = new IndexChanges(catalog.index, plan.removed, options);
  const breathe = createBreather();
  for (const { id, page } of plan.pages.flat()) {
    options.signal?.throwIfAborted();
    if (page) gathered.add(page, await changes.add(page));
    else {
      const stored = catalog.index.storedGroup(id);
      if (!stored) throw new Error(`page ${id} is not in its own index`);
      gathered.add(decodePage(stored), stored);
    }
    await breathe();
  }
  const facts = gathered.facts(settings, options.now);
  const revision = gathered.revision(facts);
  const metadata = packMetadata({ revision, facts }, gathered.packedPages);
  const index = await changes.finish(bytesOf(metadata));
  const hasFailed = options.embedder?.failure !== undefined;
  return {
    catalog: catalog.over(index),
    sources: plan.pages.map((pages) =>
      pages.map(({ sourceId, id, fingerprint, page }) => ({
        sourceId,
        id,
        // Without its vectors it is not done: the next reading takes it for changed.
        fingerprint: page && hasFailed ? "" : fingerprint,
      })),
    ),
  };
}

interface PlannedPage extends KeptPage {
  /** With its id in the catalog; absent when it stays as it is. */
  readonly page?: Page;
}

interface Plan {
  readonly pages: readonly (readonly PlannedPage[])[];
  /** Ids in the catalog. */
  readonly removed: readonly string[];
}

function planPages(
  before: KeptCatalog,
  readings: readonly (readonly PageReading[] | undefined)[],
): Plan {
  const idsBefore = before.sources.map(
    (pages) => new Map(pages.map(({ sourceId, id }) => [sourceId, id])),
  );
  const kept = readings.flatMap((reading, source) =>
    reading
      ? reading.flatMap(({ sourceId }) => idsBefore[source]?.get(sourceId) ?? [])
      : [...(idsBefore[source]?.values() ?? [])],
  );
  const ids = new GatheredPages();
  ids.reserve(kept);
  const pages = readings.map((reading, source): readonly PlannedPage[] =>
    reading
      ? reading.map(({ sourceId, fingerprint, page }) => {
          const id = idsBefore[source]?.get(sourceId);
          if (!page) return { sourceId, id: id ?? sourceId, fingerprint };
          const placed = id === undefined ? ids.withFreeId(page) : pageWithId(page, id);
          ids.reserve([placed.id]);
          return { sourceId, id: placed.id, fingerprint, page: placed };
        })
      : (before.sources[source] ?? []),
  );
  const staying = new Set(kept);
  const removed = before.sources.flat().flatMap(({ id }) => (staying.has(id) ? [] : [id]));
  return { pages, removed };
}

/** Brings changes into an index a batch at a time, between which others have their turn. */
class IndexChanges {
  #index: SearchIndex;
  readonly #embedder: SectionEmbedder | undefined;
  readonly #merge: MergeSegments;
  #removed: string[];
  #groups: IndexGroup[] = [];
  #documents: IndexDocument[] = [];
  #chars = 0;
  /** Ids of all documents that were added, in their order. */
  readonly #added: string[] = [];

  constructor(
    index: SearchIndex,
    removed: readonly string[],
    { embedder, merge = mergeSegments }: Pick<RenewOptions, "embedder" | "merge">,
  ) {
    this.#index = index;
    this.#removed = [...removed];
    this.#embedder = embedder;
    this.#merge = merge;
  }

  /** Gives the bytes that the page is stored as. */
  async add(page: Page): Promise<Uint8Array> {
    const { group, documents } = pageRecords(page);
    this.#removed.push(page.id);
    this.#groups.push(group);
    for (const document of documents) {
      this.#documents.push(document);
      this.#added.push(document.id);
      await this.#embedder?.add(document);
    }
    this.#chars += page.markdown.length;
    if (this.#chars >= BATCH_CHARS) await this.#flush();
    return group.stored;
  }

  async finish(metadata: Uint8Array): Promise<SearchIndex> {
    const vectors = await this.#embedder?.finish();
    await this.#flush(metadata);
    return vectors ? this.#index.withVectors(this.#added, vectors) : this.#index;
  }

  async #flush(metadata?: Uint8Array): Promise<void> {
    this.#index = await this.#index.updateBy(this.#merge, {
      remove: this.#removed,
      documents: this.#documents,
      groups: this.#groups,
      ...(metadata && { metadata }),
    });
    [this.#removed, this.#groups, this.#documents] = [[], [], []];
    this.#chars = 0;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
