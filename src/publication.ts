import type { PreparedAccess } from "./access.ts";
import type { AccessViews } from "./auth/access-views.ts";
import { type CorpusName, corpusCatalog } from "./catalog/corpus-catalog.ts";
import type { IndexedCatalog } from "./catalog/open-catalog.ts";
import { CatalogView } from "./catalog-view.ts";
import type { HttpHandler, HttpHandlerOptions } from "./http/http-options.ts";
import type { McpOptions } from "./mcp/mcp-options.ts";
import type { MergeSegments } from "./search/merge-segments.ts";

export interface PublicationOptions extends Pick<McpOptions, "onUnanswered" | "status"> {
  /** Docport's. */
  readonly version: string;
  /** Shows a part of what there is. Default: all of it. */
  readonly corpus?: CorpusName | undefined;
  /** Who may see what of it. Default: everybody sees everything. */
  readonly access?: PreparedAccess | undefined;
}

/** The documentation, or one of several, as it is served under its own host name. */
export class Publication {
  readonly #options: PublicationOptions;
  readonly #everything = new CatalogView();
  /** What is seen here of a catalog, which may be the same the next time. */
  readonly #narrowed = new WeakMap<IndexedCatalog, IndexedCatalog>();

  constructor(options: PublicationOptions) {
    this.#options = options;
  }

  /** What is served. Throws before the first {@link prepare}. */
  readonly catalog = (): IndexedCatalog => this.#everything.catalog();

  /**
   * Indexes what is seen here of the next catalog; what it gives has that served, and tells clients.
   *
   * @param views of that catalog, where not everybody sees everything.
   * @param merge does most of the work. Default: here and now.
   */
  async prepare(
    next: IndexedCatalog,
    views: AccessViews | undefined,
    merge?: MergeSegments,
  ): Promise<() => void> {
    const { corpus, access } = this.#options;
    const narrow = async (catalog: IndexedCatalog): Promise<IndexedCatalog> => {
      const seen =
        this.#narrowed.get(catalog) ??
        (corpus ? await corpusCatalog(catalog, corpus, merge) : catalog);
      this.#narrowed.set(catalog, seen);
      return seen;
    };
    const everything = await narrow(next);
    const catalogs: IndexedCatalog[] = [];
    for (const view of views?.catalogs ?? []) catalogs.push(await narrow(view));
    const seenBy = views && { catalogs, empty: await narrow(views.empty) };
    return () => {
      if (seenBy) access?.show(seenBy);
      if (corpus) this.#everything.showChanged(everything);
      else this.#everything.show(everything);
    };
  }

  /** Answers for it at a public URL, with what the options say besides. */
  async createHandler(
    publicUrl: string,
    options: Omit<HttpHandlerOptions, "catalog" | "createServer" | "publicUrl" | "access">,
  ): Promise<HttpHandler> {
    const { createHttpHandler } = await import("./http/create-http-handler.ts");
    const { createDirectAnswers } = await import("./mcp/direct/direct-answers.ts");
    const { createLazyServerFactory } = await import("./mcp/lazy-server-factory.ts");
    const { version, access, onUnanswered, status } = this.#options;
    const { catalog, events } = this.#everything;
    const parts = { catalog, version, publicUrl, tellsChanges: true };
    const mcp = { ...parts, onUnanswered, status };
    return createHttpHandler({
      ...options,
      ...parts,
      events,
      createServer: createLazyServerFactory(mcp),
      direct: createDirectAnswers(mcp),
      access: access?.createGate(publicUrl),
    });
  }
}
