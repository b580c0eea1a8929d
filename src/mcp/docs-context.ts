import type { Catalog, CatalogHit } from "../catalog/catalog.ts";
import { type CorpusDescription, describeCorpus } from "./corpus-description.ts";
import type { McpOptions } from "./mcp-options.ts";
import { createPageUrls, type PageUrls } from "./page-urls.ts";
import type { ServerStatus } from "./server-status.ts";
import { createHitWriter, type WrittenHit } from "./written-hits.ts";

/** What every handler reads: one catalog and what was worked out of it once. */
export interface DocsContext {
  readonly catalog: Catalog;
  readonly corpus: CorpusDescription;
  readonly urls: PageUrls;
  /** A hit as a result for a caller who wants that language. */
  readonly writeHit: (hit: CatalogHit, wantedLanguage: string | undefined) => WrittenHit;
  readonly onUnanswered?: McpOptions["onUnanswered"];
  /** How the server is; absent: that is told to nobody. */
  readonly status?: (() => ServerStatus) | undefined;
  /** What results say of the index that they are from; nothing where it would tell of hidden pages. */
  readonly revision: string | undefined;
}

export function createDocsContext(
  catalog: Catalog,
  options: Pick<McpOptions, "publicUrl" | "cacheScope" | "onUnanswered" | "status">,
): DocsContext {
  const { status } = options;
  const corpus = describeCorpus(catalog.facts);
  const urls = createPageUrls(catalog.facts.baseUrl, options.publicUrl);
  return {
    catalog,
    corpus,
    urls,
    writeHit: createHitWriter(corpus, urls),
    onUnanswered: options.onUnanswered,
    status: status && (() => status(catalog)),
    revision: options.cacheScope === "private" ? undefined : catalog.revision,
  };
}
