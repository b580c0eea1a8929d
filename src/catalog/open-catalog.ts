import { createBreather } from "../lib/breathe.ts";
import { RecentMap } from "../lib/recent-map.ts";
import { bytesOf } from "../search/file/sections.ts";
import type { MergeSegments } from "../search/merge-segments.ts";
import { CONFIDENCE_THRESHOLD } from "../search/ranking/confidence.ts";
import { SearchIndex } from "../search/search-index.ts";
import type { SearchHit, SearchOptions, SearchResult } from "../search/search-options.ts";
import type {
  Catalog,
  CatalogFacts,
  CatalogHit,
  CatalogPage,
  CatalogPageSummary,
  CatalogSearchResult,
  CatalogSection,
} from "./catalog.ts";
import { packMetadata, unpackMetadata } from "./catalog-metadata.ts";
import { type CatalogSettings, GatheredPages } from "./gathered-pages.ts";
import { PageAddresses } from "./page-addresses.ts";
import type { QueryEmbedder } from "./semantic/query-embedder.ts";
import { searchIndexSemantically } from "./semantic/semantic-search.ts";
import {
  decodeFacts,
  decodeHit,
  decodePage,
  decodeSummaries,
  optional,
  type StoredHit,
  type StoredSummary,
} from "./stored-json.ts";

/** Sections whose titles and URLs are remembered: reading them again at each hit is dear. */
const MAX_STORED_HITS = 4_096;

/**
 * Opens the bytes of an index file. Nothing is rebuilt or copied: the catalog reads from `bytes`,
 * which must not change afterwards. Throws `DocportError` with `ERR_INDEX_TRUNCATED`,
 * `ERR_INDEX_VERSION` or `ERR_INDEX_CORRUPT`.
 *
 * @param embedder asked for the vectors of queries; without it there is no `searchSemantically`.
 */
export function openCatalog(bytes: Uint8Array, embedder?: QueryEmbedder): IndexedCatalog {
  return new IndexCatalog(SearchIndex.open(bytes), embedder);
}

/** A catalog over an index of its own. */
export interface IndexedCatalog extends Catalog {
  /** The embeddings model that its vectors were made with; undefined when it has none. */
  readonly vectorsModel: string | undefined;
  /** What it reads from. */
  readonly index: SearchIndex;
  /** A catalog over another index, with the same embedder. */
  over(index: SearchIndex): IndexedCatalog;
  /** What the index takes in memory, which is the size of its file but for some bytes. */
  readonly sizeBytes: number;
  /**
   * The catalog as if some pages had never been in the documentation: neither counts, ranking and
   * corrections nor the bytes in memory have anything of them. It may be empty. The work grows with
   * the whole index; without a hidden page and a name it is the catalog itself.
   */
  without(pageIds: ReadonlySet<string>, options?: WithoutOptions): Promise<IndexedCatalog>;
}

export interface WithoutOptions {
  /** What it is called in place of what the whole is called. Default: the same. */
  readonly names?: Pick<CatalogSettings, "title" | "baseUrl">;
  /** Does most of the work. Default: here and now. */
  readonly merge?: MergeSegments | undefined;
  /** Catalogs of before: one of the very same pages comes back, and nothing is indexed. */
  readonly shown?: readonly IndexedCatalog[] | undefined;
}

class IndexCatalog implements IndexedCatalog {
  readonly revision: string;
  readonly facts: CatalogFacts;
  readonly vectorsModel: string | undefined;
  readonly index: SearchIndex;
  readonly searchSemantically: Catalog["searchSemantically"];
  readonly #embedder: QueryEmbedder | undefined;
  readonly #packedPages: Uint8Array;
  readonly #storedHits = new RecentMap<StoredHit>(MAX_STORED_HITS);
  #pages: readonly StoredSummary[] | undefined;
  #addresses: PageAddresses | undefined;

  constructor(index: SearchIndex, embedder: QueryEmbedder | undefined) {
    const { facts, pages } = unpackMetadata(index.metadata);
    const stored = decodeFacts(facts);
    this.revision = stored.revision;
    this.facts = stored.facts;
    this.vectorsModel = index.vectors?.model;
    this.index = index;
    this.#packedPages = pages;
    this.#embedder = embedder;
    this.searchSemantically =
      embedder && ((query, options = {}) => this.#fused(embedder, query, options));
  }

  get sizeBytes(): number {
    return this.index.sizeBytes;
  }

  search(query: string, options: SearchOptions = {}): CatalogSearchResult {
    return this.#resultOf(this.index.search(query, options));
  }

  async #fused(
    embedder: QueryEmbedder,
    query: string,
    options: SearchOptions,
  ): Promise<CatalogSearchResult> {
    const found = await searchIndexSemantically(this.index, embedder, query, options);
    return { ...this.#resultOf(found.result), ...optional("notice", found.notice) };
  }

  #resultOf(result: SearchResult): CatalogSearchResult {
    return {
      hits: result.hits.map((hit) => this.#hit(hit)),
      total: result.total,
      confidence: result.confidence,
      answered: result.confidence >= CONFIDENCE_THRESHOLD,
      ...optional("corrected", result.corrected),
    };
  }

  #hit(hit: SearchHit): CatalogHit {
    const { id, group: pageId, score, snippet, matched, translations } = hit;
    const stored = this.#storedHits.getOrMake(id, () => {
      const bytes = this.index.storedDocument(id);
      if (!bytes) throw new Error(`hit ${id} is not in its own index`);
      return decodeHit(bytes);
    });
    return { id, pageId, ...stored, score, snippet, matched, translations };
  }

  page(id: string): CatalogPage | undefined {
    const stored = this.index.storedGroup(id);
    return stored && decodePage(stored);
  }

  resolve(
    idOrUrl: string,
  ): { readonly page: CatalogPage; readonly section?: CatalogSection } | undefined {
    const hash = idOrUrl.indexOf("#");
    const address = hash < 0 ? idOrUrl : idOrUrl.slice(0, hash);
    const page = this.page(address) ?? this.#pageAt(address);
    if (!page) return undefined;
    const anchor = hash < 0 ? "" : decodeFragment(idOrUrl.slice(hash + 1));
    if (anchor === "") return { page };
    const section = page.sections.find((one) => one.anchor === anchor);
    return section && { page, section };
  }

  #pageAt(url: string): CatalogPage | undefined {
    this.#addresses ??= new PageAddresses(this.#summaries(), this.facts.baseUrl);
    const id = this.#addresses.idAt(url);
    return id === undefined ? undefined : this.page(id);
  }

  over(index: SearchIndex): IndexedCatalog {
    return new IndexCatalog(index, this.#embedder);
  }

  async without(
    pageIds: ReadonlySet<string>,
    { names, merge, shown = [] }: WithoutOptions = {},
  ): Promise<IndexedCatalog> {
    const hidden = this.#summaries().filter(({ id }) => pageIds.has(id));
    if (hidden.length === 0 && !names) return this;
    const gathered = new GatheredPages();
    const breathe = createBreather();
    for (const { id } of this.#summaries()) {
      const stored = pageIds.has(id) ? undefined : this.index.storedGroup(id);
      if (stored) gathered.add(decodePage(stored), stored);
      await breathe();
    }
    const { versions, builtAt } = this.facts;
    const { title, baseUrl } = names ?? this.facts;
    const corpora = this.facts.corpora?.map(({ name }) => name);
    const settings = { title, ...optional("baseUrl", baseUrl), ...optional("corpora", corpora) };
    const facts = gathered.facts({ ...settings, versions }, builtAt);
    const revision = gathered.revision(facts);
    // Vectors may have come for the same pages.
    const same = this.index.vectors
      ? undefined
      : shown.find((one) => one.revision === revision && !one.index.vectors);
    if (same) return same;
    const metadata = bytesOf(packMetadata({ revision, facts }, gathered.packedPages));
    const ids = hidden.map(({ id }) => id);
    return new IndexCatalog(await this.index.without(ids, metadata, merge), this.#embedder);
  }

  pages(): readonly CatalogPageSummary[] {
    return this.#summaries();
  }

  #summaries(): readonly StoredSummary[] {
    this.#pages ??= decodeSummaries(this.#packedPages);
    return this.#pages;
  }
}

function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment; // Not percent-encoded: a heading may hold a bare "%".
  }
}
