import type { IndexedCatalog } from "../catalog/open-catalog.ts";
import type { CatalogOrigin, FollowedSource, Renewal } from "./catalog-origin.ts";

/** Catalogs from one index file, which somebody replaces. */
export class IndexFileOrigin implements CatalogOrigin {
  readonly first: IndexedCatalog;
  readonly sources: readonly FollowedSource[];
  readonly unreadablePages = 0;
  readonly #open: () => Promise<IndexedCatalog>;
  #current: IndexedCatalog;

  constructor(first: IndexedCatalog, file: FollowedSource, open: () => Promise<IndexedCatalog>) {
    this.first = first;
    this.#current = first;
    this.sources = [file];
    this.#open = open;
  }

  async renew(): Promise<Renewal> {
    const failures = new Map<number, unknown>();
    let catalog = this.#current;
    try {
      const opened = await this.#open();
      if (opened.index.revision !== catalog.index.revision) catalog = opened;
    } catch (error) {
      failures.set(0, error);
    }
    return {
      catalog,
      failures,
      askAgainAt: new Map(),
      accept: () => {
        this.#current = catalog;
      },
    };
  }
}
