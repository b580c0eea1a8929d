import type { Catalog, CatalogSearchResult } from "../catalog/catalog.ts";
import type { ServerStatus } from "./server-status.ts";

/** What the MCP surface is made of. */
export interface McpOptions {
  /** Asked anew for every request, so that an index can be swapped while requests run. */
  readonly catalog: () => Catalog;
  /** Docport's own version, for `serverInfo`. */
  readonly version: string;
  /** Public base URL of this server (`https://docs.example.com`); absent over stdio. */
  readonly publicUrl?: string;
  /** Who may be given a kept answer (`cacheScope` of 2026-07-28). Default: `public`, everybody. */
  readonly cacheScope?: "public" | "private";
  /** Whether clients are told when the catalog is another. Default: no. */
  readonly tellsChanges?: boolean;
  /** How the server is, as told to whoever sees this catalog. Absent: nobody is told. */
  readonly status?: ((catalog: Catalog) => ServerStatus) | undefined;
  /** Told of each search that had no confident answer. It must be quick and must not throw. */
  readonly onUnanswered?: ((query: string, found: CatalogSearchResult) => void) | undefined;
}

/** What is served: one request, or a connection that lasts. */
export interface ServingContext {
  /** `modern`: 2026-07-28. */
  readonly era: "legacy" | "modern";
  /** The server can speak unasked. */
  readonly hasStream?: boolean;
}
