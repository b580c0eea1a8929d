import type { Catalog, CatalogHit } from "../catalog/catalog.ts";
import { type CorpusDescription, describeCorpus } from "./corpus-description.ts";
import { createHitFacts, type HitFacts } from "./hit-facts.ts";
import type { McpOptions } from "./mcp-options.ts";
import { createPageUrls, type PageUrls } from "./page-urls.ts";
import type { ServerStatus } from "./server-status.ts";

/** What every handler reads: one catalog and what was worked out of it once. */
export interface DocsContext {
  readonly catalog: Catalog;
  readonly corpus: CorpusDescription;
  readonly urls: PageUrls;
  /** What results say of a section of it. */
  readonly factsOf: (hit: CatalogHit) => HitFacts;
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
    factsOf: createHitFacts(corpus, urls),
    onUnanswered: options.onUnanswered,
    status: status && (() => status(catalog)),
    revision: options.cacheScope === "private" ? undefined : catalog.revision,
  };
}
