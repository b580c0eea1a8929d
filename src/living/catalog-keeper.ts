import type { KeptCatalog, KeptPage } from "../catalog/kept-pages.ts";
import { openCatalog } from "../catalog/open-catalog.ts";
import type { QueryEmbedder } from "../catalog/semantic/query-embedder.ts";
import { messageOf } from "../lib/errors.ts";
import type { KeptIndex } from "./kept-index.ts";

export interface CatalogKeeperOptions {
  readonly store: Pick<KeptIndex, "read" | "write">;
  /** Name of the program's version: another one may read pages in another way. */
  readonly version: string;
  readonly sourceCount: number;
  /** For the queries of the catalog that was kept. */
  readonly embedder?: QueryEmbedder | undefined;
  /** Told, in a sentence, why what is there is not used. */
  readonly onUnused?: (reason: string) => void;
  /** Told of the first failure to keep a catalog. */
  readonly onFailure?: (error: unknown) => void;
}

/** A catalog that an earlier process served last. */
export interface FormerCatalog extends KeptCatalog {
  /** When each source was last read, in milliseconds since the Unix epoch. */
  readonly readAt: readonly number[];
}

/** Keeps the catalog that is served for the next process, behind what is served. */
export class CatalogKeeper {
  readonly #options: CatalogKeeperOptions;
  #next: FormerCatalog | undefined;
  #writing: Promise<void> | undefined;
  #hasFailed = false;

  constructor(options: CatalogKeeperOptions) {
    this.#options = options;
  }

  /** What was kept last, if it can be opened. Does not reject. */
  async read(): Promise<FormerCatalog | undefined> {
    const { store, embedder, sourceCount, version, onUnused } = this.#options;
    const content = await store.read();
    if (!content) return undefined;
    try {
      const catalog = openCatalog(content.bytes, embedder);
      const notes = readNotes(content.notes, sourceCount);
      const isOther = notes.version !== version;
      return {
        catalog,
        readAt: notes.sources.map(({ readAt }) => readAt),
        sources: notes.sources.map(({ pages }) =>
          pages.map((page) => {
            if (!catalog.index.storedGroup(page.id)) throw new RangeError(`it lacks ${page.id}`);
            return isOther ? { ...page, fingerprint: "" } : page;
          }),
        ),
      };
    } catch (error) {
      onUnused?.(`the index kept at ${content.path} cannot be used: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Returns at once. Of catalogs that come while one is written, the last is written. */
  keep(kept: KeptCatalog, readAt: readonly number[]): void {
    this.#next = { ...kept, readAt: [...readAt] };
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when everything that was to be kept is. Does not reject. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { store, version, onFailure } = this.#options;
    for (let next = this.#next; next; next = this.#next) {
      this.#next = undefined;
      const { catalog, sources, readAt } = next;
      const notes: KeptNotes = {
        version,
        sources: sources.map((pages, source) => ({ readAt: readAt[source] ?? 0, pages })),
      };
      try {
        await store.write(catalog.index.revision, catalog.index.toBytes(), notes);
        this.#hasFailed = false;
      } catch (error) {
        if (!this.#hasFailed) onFailure?.(error);
        this.#hasFailed = true;
      }
    }
  }
}

/** What is noted beside the index: with it only what has changed since is read into it. */
interface KeptNotes {
  readonly version: string;
  readonly sources: readonly { readonly readAt: number; readonly pages: readonly KeptPage[] }[];
}

/** Throws a RangeError for what {@link CatalogKeeper} did not write. */
function readNotes(value: unknown, sourceCount: number): KeptNotes {
  const { version, sources } = fieldsOf(value);
  if (typeof version !== "string" || !Array.isArray(sources)) throw notOurs();
  if (sources.length !== sourceCount) throw notOurs();
  return {
    version,
    sources: sources.map((source: unknown) => {
      const { readAt, pages } = fieldsOf(source);
      if (typeof readAt !== "number" || !Array.isArray(pages)) throw notOurs();
      return { readAt, pages: pages.map(readPage) };
    }),
  };
}

function readPage(value: unknown): KeptPage {
  const { sourceId, id, fingerprint } = fieldsOf(value);
  if (typeof sourceId !== "string" || typeof id !== "string" || typeof fingerprint !== "string") {
    throw notOurs();
  }
  return { sourceId, id, fingerprint };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function notOurs(): RangeError {
  return new RangeError("what is noted beside it does not fit");
}
