import type { IndexedCatalog } from "../catalog/open-catalog.ts";
import type { CatalogOrigin, FollowedSource, Renewal } from "./catalog-origin.ts";
import type { IndexShelf, ShelvedIndex } from "./index-shelf.ts";

/** A catalog, and which file it was opened from. */
export interface ServedIndex {
  readonly catalog: IndexedCatalog;
  /** Undefined for one that was never published. */
  readonly sha256: string | undefined;
}

export interface ShelfOriginOptions {
  readonly shelf: IndexShelf;
  /** Opens an index of the shelf. */
  readonly open: (index: ShelvedIndex, signal: AbortSignal) => Promise<IndexedCatalog>;
  /** Told of an index from when it is served. */
  readonly onServed: (served: ServedIndex) => void;
}

const NAME = "the fleet's index";

/** Catalogs from the index files that replicas share: whichever all of them are to serve. */
export class ShelfOrigin implements CatalogOrigin {
  readonly first: IndexedCatalog;
  readonly sources: readonly FollowedSource[];
  /** Whoever builds counts them. */
  readonly unreadablePages = 0;
  readonly #options: ShelfOriginOptions;
  #served: ServedIndex;
  #wanted: ShelvedIndex | undefined;

  constructor(first: ServedIndex, options: ShelfOriginOptions) {
    this.first = first.catalog;
    this.#served = first;
    this.#options = options;
    this.sources = [{ name: NAME, watch: { run: (tell, signal) => this.#watch(tell, signal) } }];
  }

  get served(): ServedIndex {
    return this.#served;
  }

  /** What all are to serve and this replica does not yet; undefined when it does. */
  get missing(): ShelvedIndex | undefined {
    return this.#wanted?.sha256 === this.#served.sha256 ? undefined : this.#wanted;
  }

  async renew(_: ReadonlySet<number>, signal: AbortSignal): Promise<Renewal> {
    const failures = new Map<number, unknown>();
    let next = this.#served;
    try {
      const { wanted } = await this.#options.shelf.look();
      this.#wanted = wanted;
      if (wanted && wanted.sha256 !== next.sha256) {
        next = { catalog: await this.#options.open(wanted, signal), sha256: wanted.sha256 };
      }
    } catch (error) {
      if (signal.aborted) throw error;
      failures.set(0, error);
    }
    return {
      catalog: next.catalog,
      failures,
      askAgainAt: new Map(),
      accept: () => {
        if (this.#served === next) return;
        this.#served = next;
        this.#options.onServed(next);
      },
    };
  }

  async #watch(tell: () => void, signal: AbortSignal): Promise<void> {
    const unwatch = this.#options.shelf.watch((news) => {
      if (news === "index") tell();
    });
    // What was published between the opening of the first one and now.
    tell();
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    unwatch();
  }
}
