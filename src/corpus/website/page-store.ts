import type { ReadDocument } from "../read-document.ts";
import { isValues, textsAt, type Values } from "../site/values.ts";
import type { SourceCache } from "../source.ts";
import type { CrawlScope } from "./crawl-scope.ts";
import type { Alternate } from "./read-sitemap.ts";

/** All that is known of one URL of a site, from the last time that it was asked for. */
export interface StoredPage {
  readonly url: string;
  /** Id of the last load that asked for it, whatever came. */
  readonly run: number;
  /** When the server last said that it is so; milliseconds since the epoch. */
  readonly readAt: number;
  /** Version of the program that read it. */
  readonly version: string;
  readonly etag: string | undefined;
  /** The Last-Modified header, as it was written. */
  readonly lastModified: string | undefined;
  /** What the sitemap said at that time, as it was written. */
  readonly lastmod: string | undefined;
  /** The page was not found when it was last asked for; the next time it goes. */
  readonly isMissing: boolean;
  /** Why it could not be read the last time, which is not kept for the next load. */
  readonly problem: string | undefined;
  /** Where a redirect or a meta refresh leads; then there is nothing else. */
  readonly target: string | undefined;
  readonly canonical: string | undefined;
  readonly alternates: readonly Alternate[];
  readonly links: readonly string[];
  /** Of what was fetched. */
  readonly digest: string;
  /** Absent for what is no page: a redirect, one that is not to be indexed. */
  readonly document: ReadDocument | undefined;
}

/** What is known of the site as a whole, from the last load that came to its end. */
export interface StoredSite {
  /** Of pages with text. */
  readonly pages: readonly string[];
  /** Of whatever else is kept: what leads to pages, what is not to be indexed. */
  readonly others: readonly string[];
  /** Where the site was found to be. */
  readonly scope: CrawlScope | undefined;
}

/** One load, which may have been cut off and gone on with. */
export interface StoredRun {
  /** Counts up. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

const PAGE = "page:";

/** The pages of one load: in the cache, and in memory where there is none or it refuses. */
export class PageStore {
  readonly #cache: SourceCache | undefined;
  readonly #inMemory = new Map<string, StoredPage>();

  constructor(cache: SourceCache | undefined) {
    this.#cache = cache;
  }

  get version(): string {
    return this.#cache?.version ?? "";
  }

  async page(url: string): Promise<StoredPage | undefined> {
    const held = this.#inMemory.get(url);
    if (held !== undefined) return held;
    const stored = await this.#cache?.get(PAGE + url);
    return isStoredPage(stored) && stored.url === url ? stored : undefined;
  }

  async putPage(page: StoredPage): Promise<void> {
    if ((await this.#cache?.put(PAGE + page.url, page)) !== true)
      this.#inMemory.set(page.url, page);
    else this.#inMemory.delete(page.url);
  }

  async forget(url: string): Promise<void> {
    this.#inMemory.delete(url);
    await this.#cache?.delete(PAGE + url);
  }

  async text(key: string): Promise<string | undefined> {
    const value = await this.#cache?.get(key);
    return typeof value === "string" ? value : undefined;
  }

  async putText(key: string, text: string): Promise<void> {
    await this.#cache?.put(key, text);
  }

  /** URLs that the last whole load found. */
  async site(): Promise<StoredSite> {
    const stored = await this.#cache?.get("site");
    const values = isValues(stored) ? stored : {};
    return {
      pages: textsAt(values, "pages"),
      others: textsAt(values, "others"),
      scope: scopeIn(values["scope"]),
    };
  }

  async putSite(site: StoredSite): Promise<void> {
    await this.#cache?.put("site", site);
  }

  /** Goes on with the load that was cut off after `notBefore`, or begins one. */
  async beginRun(now: number, notBefore: number): Promise<StoredRun> {
    const stored = await this.#cache?.get("run");
    const last = isValues(stored) ? stored : {};
    const { id = 0, startedAt = 0 } = numbersOf(last);
    if (last["isOver"] === false && startedAt >= notBefore && startedAt <= now) {
      return { id, startedAt };
    }
    const run = { id: id + 1, startedAt: now };
    await this.#cache?.put("run", { ...run, isOver: false });
    return run;
  }

  async endRun(run: StoredRun): Promise<void> {
    await this.#cache?.put("run", { ...run, isOver: true });
  }
}

function scopeIn(value: unknown): CrawlScope | undefined {
  if (!isValues(value)) return undefined;
  const { prefix } = value;
  const origins = textsAt(value, "origins");
  return typeof prefix === "string" && origins.length > 0 ? { prefix, origins } : undefined;
}

function numbersOf(values: Values): Partial<StoredRun> {
  const { id, startedAt } = values;
  return typeof id === "number" && typeof startedAt === "number" ? { id, startedAt } : {};
}

/** The file is this program's own, but it may be an older version's. */
function isStoredPage(value: unknown): value is StoredPage {
  return (
    isValues(value) &&
    typeof value["url"] === "string" &&
    typeof value["run"] === "number" &&
    typeof value["readAt"] === "number" &&
    typeof value["version"] === "string" &&
    typeof value["digest"] === "string" &&
    Array.isArray(value["links"]) &&
    Array.isArray(value["alternates"]) &&
    (value["document"] === undefined || isDocument(value["document"]))
  );
}

function isDocument(value: unknown): boolean {
  return (
    isValues(value) &&
    typeof value["markdown"] === "string" &&
    Array.isArray(value["sections"]) &&
    Array.isArray(value["links"]) &&
    isValues(value["frontMatter"])
  );
}
