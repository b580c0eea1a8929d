import { DocportError } from "../../lib/errors.ts";
import type { Problem } from "../page.ts";
import type { LoadProgress } from "../source.ts";
import { type CrawlScope, isInScope, pageUrlOf, shapeOf } from "./crawl-scope.ts";
import { isTrusted } from "./is-trusted.ts";
import type { MarkdownTwins } from "./markdown-twins.ts";
import type { PageStore, StoredPage, StoredRun } from "./page-store.ts";
import { alternatesOf, isPageType, type PageContent, readSitePage } from "./read-site-page.ts";
import type { SitemapEntry } from "./read-sitemap.ts";
import type { FetchedPage, SiteClient } from "./site-client.ts";

export interface CrawlSettings {
  readonly client: SiteClient;
  readonly store: PageStore;
  readonly twins: MarkdownTwins;
  readonly scope: CrawlScope;
  readonly run: StoredRun;
  readonly now: () => number;
  readonly maxPages: number;
  readonly maxPageBytes: number;
  /** Whether links lead on; else only what is listed is read. */
  readonly followsLinks: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
}

/** What has to be kept of a URL to place it among the others. */
export interface VisitedUrl {
  readonly hasDocument: boolean;
  readonly target: string | undefined;
  readonly canonical: string | undefined;
}

/** Pages found by links whose paths differ in two numbers or more: a calendar, not documentation. */
const MAX_SAME_SHAPE = 200;
const ACCEPT = "text/html, application/xhtml+xml;q=0.9, text/markdown;q=0.8, text/plain;q=0.5";

interface Wanted {
  readonly url: string;
  readonly entry: SitemapEntry | undefined;
}

/** One walk over a site: what is listed, what that leads to, and each URL once. */
export class Crawl {
  readonly visited: Map<string, VisitedUrl> = new Map();
  readonly problems: Problem[] = [];
  readonly #settings: CrawlSettings;
  readonly #wanted: Wanted[] = [];
  readonly #known = new Set<string>();
  readonly #shapes = new Map<string, number>();
  #next = 0;
  #isFull = false;

  constructor(settings: CrawlSettings) {
    this.#settings = settings;
  }

  /** Listed URLs come before those that pages lead to. */
  add(url: string, entry?: SitemapEntry): void {
    if (this.#known.has(url) || this.#isFull) return;
    if (this.#known.size >= this.#settings.maxPages) {
      this.#isFull = true;
      const reason = `The site has more than ${this.#settings.maxPages} pages; the rest is left out.`;
      this.problems.push({ path: this.#settings.scope.prefix, reason });
      return;
    }
    this.#known.add(url);
    this.#wanted.push({ url, entry });
  }

  /** Visits all that was added and what it leads to, until the site is down or time is over. */
  async walk(): Promise<void> {
    const { client, signal, onProgress } = this.#settings;
    for (;;) {
      const wanted = this.#wanted[this.#next];
      if (wanted === undefined || client.isDown || client.isLate) return;
      signal?.throwIfAborted();
      this.#next += 1;
      const page = await this.#visit(wanted);
      if (page !== undefined) this.#note(page);
      onProgress?.({ pagesRead: this.#next, pagesExpected: this.#wanted.length });
    }
  }

  /** Takes a page as it was kept, without asking for it. True when there was one. */
  async keep(url: string): Promise<boolean> {
    if (this.visited.has(url)) return false;
    const page = await this.#settings.store.page(url);
    if (page !== undefined) this.visited.set(url, visitedOf(page));
    return page?.document !== undefined;
  }

  #note(page: StoredPage): void {
    this.visited.set(page.url, visitedOf(page));
    for (const url of [page.target, page.canonical]) if (url !== undefined) this.add(url);
    if (!this.#settings.followsLinks) return;
    for (const { url } of page.alternates) this.add(url);
    for (const link of page.links) this.#follow(link);
  }

  #follow(link: string): void {
    if (this.#known.has(link)) return;
    const url = new URL(link);
    if (!/\d\D+\d/.test(url.pathname)) return this.add(link);
    const shape = shapeOf(url);
    const count = (this.#shapes.get(shape) ?? 0) + 1;
    this.#shapes.set(shape, count);
    if (count <= MAX_SAME_SHAPE) return this.add(link);
    if (count > MAX_SAME_SHAPE + 1) return;
    const reason = `More than ${MAX_SAME_SHAPE} pages differ in the numbers of their path only; the rest is left out.`;
    this.problems.push({ path: link, reason });
  }

  async #visit({ url, entry }: Wanted): Promise<StoredPage | undefined> {
    const { client, store, run, scope, now } = this.#settings;
    const known = await store.page(url);
    if (known !== undefined && known.run === run.id) {
      if (known.problem !== undefined) this.#report(url, known.problem, true);
      return known;
    }
    if (known !== undefined && isTrusted(known, entry, store.version, now())) return known;
    const isCurrent = known?.document !== undefined && known.version === store.version;
    const answer = await client.get(new URL(url), {
      accept: ACCEPT,
      maxBytes: this.#settings.maxPageBytes,
      wants: isPageType,
      allows: (target) => isInScope(target, scope),
      ...(isCurrent && { etag: known.etag, lastModified: known.lastModified }),
    });
    if (answer.kind === "page") return this.#read(url, answer, entry, known);
    if (answer.kind === "unchanged") return known && this.#confirm(known, entry);
    if (answer.kind === "failed") return this.#keepPage(url, known, answer.reason);
    if (answer.kind === "unwanted" && client.isForbidden(answer.url)) {
      return this.#drop(url, entry, answer.reason);
    }
    const why =
      answer.kind === "missing"
        ? `The server answered with status ${answer.status}.`
        : answer.reason;
    return this.#miss(url, entry, known, why);
  }

  async #read(
    url: string,
    page: FetchedPage,
    entry: SitemapEntry | undefined,
    known: StoredPage | undefined,
  ): Promise<StoredPage | undefined> {
    const { scope, twins, store, now } = this.#settings;
    const final = pageUrlOf(page.url.href)?.href ?? url;
    const stored = (own: string): Omit<StoredPage, keyof PageContent> => ({
      url: own,
      run: this.#settings.run.id,
      readAt: now(),
      version: store.version,
      etag: page.response.header("etag"),
      lastModified: page.response.header("last-modified"),
      lastmod: entry?.lastmod,
      isMissing: false,
      problem: undefined,
    });
    try {
      const isNew = final === url || !this.visited.has(final);
      const content = isNew ? await readSitePage(page, scope, twins) : undefined;
      const alternates = content?.alternates.length
        ? content.alternates
        : alternatesOf(entry?.alternates ?? [], final, scope);
      if (content) await this.#put({ ...stored(final), ...content, alternates });
      if (final === url) return await store.page(url);
      return await this.#put({ ...stored(url), ...LEADS_ON, target: final, etag: undefined });
    } catch (error) {
      if (!(error instanceof DocportError)) throw error;
      return this.#keepPage(url, known, error.message);
    }
  }

  async #put(page: StoredPage): Promise<StoredPage> {
    await this.#settings.store.putPage(page);
    return page;
  }

  #confirm(known: StoredPage, entry: SitemapEntry | undefined): Promise<StoredPage> {
    const readAt = this.#settings.now();
    const { lastmod } = entry ?? known;
    return this.#put({
      ...known,
      lastmod,
      isMissing: false,
      problem: undefined,
      readAt,
      run: this.#settings.run.id,
    });
  }

  /** The page as it was, when the server does not say that it is another. */
  async #keepPage(
    url: string,
    known: StoredPage | undefined,
    problem: string,
  ): Promise<StoredPage | undefined> {
    if (known?.document === undefined) {
      this.#report(url, problem);
      return known;
    }
    const day = new Date(known.readAt).toISOString().slice(0, 10);
    const reason = `${problem} The page of ${day} is served in its place.`;
    this.#report(url, reason, true);
    return this.#put({ ...known, problem: reason, run: this.#settings.run.id });
  }

  /** Once may be a mistake of the site; a page goes when it is missing in two loads. */
  async #miss(
    url: string,
    entry: SitemapEntry | undefined,
    known: StoredPage | undefined,
    why: string,
  ): Promise<StoredPage | undefined> {
    if (known?.document === undefined || known.isMissing) return this.#drop(url, entry, why);
    const problem = `${why} The page is kept until it is missing a second time.`;
    this.#report(url, problem, true);
    return this.#put({ ...known, problem, isMissing: true, run: this.#settings.run.id });
  }

  async #drop(url: string, entry: SitemapEntry | undefined, why: string): Promise<undefined> {
    // A page with a dead link is no page that cannot be read.
    if (entry !== undefined) this.#report(url, why);
    await this.#settings.store.forget(url);
    return undefined;
  }

  #report(path: string, reason: string, isServed = false): void {
    this.problems.push({ path, reason, ...(isServed && { isServed }) });
  }
}

const LEADS_ON = {
  canonical: undefined,
  alternates: [],
  links: [],
  digest: "",
  document: undefined,
} as const;

function visitedOf({ document, target, canonical }: StoredPage): VisitedUrl {
  return { hasDocument: document !== undefined, target, canonical };
}
