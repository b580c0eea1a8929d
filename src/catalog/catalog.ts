import type { SearchOptions, Snippet } from "../search/search-options.ts";

/** Facts of the documentation as a whole; tool descriptions and the start banner are made of them. */
export interface CatalogFacts {
  readonly title: string;
  /** Public base URL of the documentation, when it is known. */
  readonly baseUrl?: string;
  readonly pageCount: number;
  readonly sectionCount: number;
  /** By number of pages, descending, then by name. */
  readonly languages: readonly { readonly language: string; readonly pageCount: number }[];
  /** As configured or met, in the order of the configuration. */
  readonly versions: readonly string[];
  /** The documentations that ids begin with, where there are several, in the order of the sources. */
  readonly corpora?: readonly { readonly name: string; readonly pageCount: number }[];
  /** First path parts of page ids with their number of pages, descending; at most 30. */
  readonly topSections: readonly { readonly section: string; readonly pageCount: number }[];
  /** Milliseconds since the Unix epoch. */
  readonly builtAt: number;
}

/** A page as it is kept in the index file. Sections are in the order of the page. */
export interface CatalogPage {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly url: string;
  readonly aliases: readonly string[];
  readonly language: string;
  readonly version?: string;
  readonly translationKey?: string;
  readonly modifiedAt?: number;
  readonly revision?: string;
  readonly markdown: string;
  readonly sections: readonly CatalogSection[];
}

export interface CatalogSection {
  readonly id: string;
  readonly anchor: string;
  readonly title: string;
  readonly headingPath: readonly string[];
  readonly url: string;
  readonly level: number;
  /** Its slice of the page's `markdown`: UTF-16 offsets, half-open. */
  readonly start: number;
  readonly end: number;
}

/** What a list of pages needs, without reading their text. */
export type CatalogPageSummary = Pick<
  CatalogPage,
  "id" | "title" | "description" | "url" | "language" | "version" | "translationKey" | "modifiedAt"
>;

export interface CatalogHit {
  /** Section id, or page id for a lead. */
  readonly id: string;
  readonly pageId: string;
  readonly title: string;
  readonly headingPath: readonly string[];
  readonly url: string;
  readonly language: string;
  readonly version?: string;
  readonly modifiedAt?: number;
  readonly revision?: string;
  readonly score: number;
  readonly snippet: Snippet;
  /** The query's terms that the section holds, with the fields that hold them. */
  readonly matched: readonly { readonly term: string; readonly fields: readonly string[] }[];
  /** Other languages of the same page. */
  readonly translations: readonly string[];
}

export interface CatalogSearchResult {
  readonly hits: readonly CatalogHit[];
  readonly total: number;
  /** 0-1, see `SearchResult.confidence`. */
  readonly confidence: number;
  /** False when the confidence is below the calibrated threshold: "not in this documentation". */
  readonly answered: boolean;
  readonly corrected?: string;
  /** In a sentence, what a caller should know of how this was searched. */
  readonly notice?: string;
}

/** Pages and sections behind one index: what the MCP tools, the HTTP routes and the CLI read. */
export interface Catalog {
  /** Hash of the index file's content in hex; equal for equal documentation and settings. */
  readonly revision: string;
  readonly facts: CatalogFacts;
  search(query: string, options?: SearchOptions): CatalogSearchResult;
  /**
   * As `search`, by meaning too. There only when an embeddings endpoint is configured; rejects like
   * `search` throws, and for nothing else: when the meaning cannot be had in time, the answer is
   * that of `search`, with a `notice`. Confidence and `answered` are of the words alone.
   */
  readonly searchSemantically?:
    | ((query: string, options?: SearchOptions) => Promise<CatalogSearchResult>)
    | undefined;
  /** A page by its id, or undefined. */
  page(id: string): CatalogPage | undefined;
  /**
   * A page, and a section of it when one is named, by page id, section id, or public URL (absolute
   * or root-relative, with or without trailing slash and fragment, aliases too).
   */
  resolve(
    idOrUrl: string,
  ): { readonly page: CatalogPage; readonly section?: CatalogSection } | undefined;
  /** All pages in the order of the sources. */
  pages(): readonly CatalogPageSummary[];
}
