import type { Catalog } from "../catalog/catalog.ts";
import { type CorpusDescription, describeCorpus } from "./corpus-description.ts";
import type { McpOptions } from "./mcp-options.ts";
import { createPageUrls, type PageUrls } from "./page-urls.ts";

/** What every handler reads: one catalog and what was worked out of it once. */
export interface DocsContext {
  readonly catalog: Catalog;
  readonly corpus: CorpusDescription;
  readonly urls: PageUrls;
  /** What results say of the index that they are from; nothing where it would tell of hidden pages. */
  readonly revision: string | undefined;
}

export function createDocsContext(
  catalog: Catalog,
  options: Pick<McpOptions, "publicUrl" | "cacheScope">,
): DocsContext {
  return {
    catalog,
    corpus: describeCorpus(catalog.facts),
    urls: createPageUrls(catalog.facts.baseUrl, options.publicUrl),
    revision: options.cacheScope === "private" ? undefined : catalog.revision,
  };
}
