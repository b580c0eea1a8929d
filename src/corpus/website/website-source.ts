import type { Clock } from "../../lib/clock.ts";
import { DocportError } from "../../lib/errors.ts";
import type { Problem } from "../page.ts";
import { normalizeLanguage } from "../site/language-tag.ts";
import type { LoadOptions, Source, SourceItem } from "../source.ts";
import type { SourceSettings } from "../sources/open-source.ts";
import { PageAssembler } from "../sources/page-assembler.ts";
import { SourceDownError } from "../sources/source-down-error.ts";
import type { SourceLimits } from "../sources/source-limits.ts";
import { Crawl } from "./crawl.ts";
import { type EnteredSite, enterSite } from "./enter-site.ts";
import { type FoundPages, findInLlms, findInSitemaps } from "./find-pages.ts";
import { finish, keepIfShrunk, keepRest, pagesOf } from "./keep-pages.ts";
import { MarkdownTwins, type TwinForm } from "./markdown-twins.ts";
import { PageStore } from "./page-store.ts";
import { placeSitePage } from "./place-site-page.ts";
import { resolvePages } from "./resolve-pages.ts";
import { SiteClient } from "./site-client.ts";
import type { SiteTransport } from "./site-transport.ts";

export interface WebsiteSeams {
  readonly clock: Clock;
  readonly userAgent: string;
  /** Makes the connections of one load; closed when it ends. */
  readonly openTransport: (site: URL) => SiteTransport;
}

/** A load that was cut off is gone on with, unless it is older. */
const MAX_RUN_MS = 24 * 60 * 60_000;

/**
 * A public website: the pages that its sitemap lists, or else those that its start page and its
 * `llms.txt` lead to. With a cache it asks only whether pages have changed, and a page that cannot
 * be had is served as it was.
 */
export class WebsiteSource implements Source {
  readonly name: string;
  readonly #settings: SourceSettings;
  readonly #limits: SourceLimits;
  readonly #seams: WebsiteSeams;

  constructor(settings: SourceSettings, limits: SourceLimits, seams: WebsiteSeams) {
    this.name = settings.location;
    this.#settings = settings;
    this.#limits = limits;
    this.#seams = seams;
  }

  async *load(options: LoadOptions = {}): AsyncGenerator<SourceItem, void, void> {
    const store = new PageStore(options.cache);
    const start = new URL(this.#settings.location);
    start.hash = "";
    const crawl = await this.#crawl(start, store, options);
    for (const problem of crawl.problems) yield { kind: "problem", problem };
    const items = this.#assemble(crawl, store, options.signal);
    let pages = 0;
    for await (const item of items) {
      if (item.kind === "page") pages += 1;
      yield item;
    }
    if (pages === 0) throw nothingThere(this.name, crawl);
  }

  async #crawl(start: URL, store: PageStore, options: LoadOptions): Promise<FinishedCrawl> {
    const { clock, userAgent, openTransport } = this.#seams;
    const { maxPages, maxPageBytes, maxLoadMs, fetchTimeoutMs } = this.#limits;
    const { signal, onProgress } = options;
    const run = await store.beginRun(clock.now(), clock.now() - MAX_RUN_MS);
    const before = await store.site();
    using transport = openTransport(start);
    const client = new SiteClient({
      transport,
      clock,
      userAgent,
      responseTimeoutMs: 2 * fetchTimeoutMs,
      deadline: clock.now() + maxLoadMs,
      signal,
    });
    const site = await enterSite(start, client, store, before.scope);
    const found = await findPages(site, client, maxPages);
    // What a sitemap listed before is a better list than links, while it cannot be read.
    const hasOldList = !found.isComplete && before.pages.length > 0;
    const followsLinks = found.entries.size === 0 && !hasOldList;
    const twins = new MarkdownTwins({
      get: (url, request) => client.get(url, request),
      allows: (url) => site.scope.origins.includes(url.origin),
      maxBytes: maxPageBytes,
      form: await knownForm(store),
    });
    const crawl = new Crawl({
      ...{ client, store, twins, run, maxPages, maxPageBytes, followsLinks, signal, onProgress },
      scope: site.scope,
      now: () => clock.now(),
    });
    crawl.problems.push(...site.problems, ...found.problems);
    for (const [url, entry] of found.entries) crawl.add(url, entry);
    if (followsLinks && site.isOpen) await addStart(crawl, site, client, maxPages);
    if (!followsLinks) keepIfShrunk(crawl, found, before, this.name);
    await crawl.walk();
    if (followsLinks && keepIfShrunk(crawl, pagesOf(crawl), before, this.name)) await crawl.walk();
    if (twins.form !== undefined) await store.putText("twins", twins.form);
    const isWhole = site.isOpen && !client.isDown && !client.isLate;
    if (isWhole) await finish(crawl, store, before, site.scope);
    else await keepRest(crawl, before, whyCut(client, this.name, this.#limits));
    // What was not asked for because there was no time is asked for next.
    if (!client.isLate) await store.endRun(run);
    const { askAgainAt } = client;
    const [first] = crawl.problems;
    // Whoever asks next has to wait for it, even though the site has answered in part.
    if (first && askAgainAt !== undefined) crawl.problems[0] = { ...first, askAgainAt };
    return { visited: crawl.visited, problems: crawl.problems, site };
  }

  async *#assemble(
    { visited, site }: FinishedCrawl,
    store: PageStore,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<SourceItem, void, void> {
    const { defaultLanguage, version, versions, languages } = this.#settings;
    const siteBase = new URL(site.scope.prefix, site.scope.origins[0]).href;
    const assembler = new PageAssembler({
      baseUrl: this.#settings.baseUrl ?? siteBase,
      defaultLanguage: normalizeLanguage(defaultLanguage ?? "en"),
      version,
      versions,
    });
    // In the order of their URLs, so that ids do not depend on what came first.
    const pages = [...resolvePages(visited)].toSorted(([a], [b]) => (a < b ? -1 : 1));
    for (const [url, aliases] of pages) {
      signal?.throwIfAborted();
      const page = await store.page(url);
      if (page?.document === undefined) continue;
      const item = assembler.assemble(
        page.document,
        placeSitePage(page, aliases, { siteBase, baseUrl: this.#settings.baseUrl, languages }),
      );
      if (item !== undefined) yield item;
    }
  }
}

interface FinishedCrawl extends Pick<Crawl, "visited" | "problems"> {
  readonly site: EnteredSite;
}

async function findPages(
  site: EnteredSite,
  client: SiteClient,
  maxPages: number,
): Promise<FoundPages> {
  if (!site.isOpen) return { entries: new Map(), isComplete: false, problems: [] };
  return findInSitemaps(site.sitemaps, { client, scope: site.scope, maxPages });
}

async function addStart(
  crawl: Crawl,
  site: EnteredSite,
  client: SiteClient,
  maxPages: number,
): Promise<void> {
  crawl.add(site.start.href, { url: site.start.href, lastmod: undefined, alternates: [] });
  const [origin] = site.scope.origins;
  const llms = new URL(`${site.scope.prefix}llms.txt`, origin);
  for (const url of await findInLlms(llms, { client, scope: site.scope, maxPages })) crawl.add(url);
}

function whyCut(client: SiteClient, name: string, limits: SourceLimits): Problem {
  if (client.isLate) {
    const minutes = Math.round(limits.maxLoadMs / 60_000);
    const reason = `The site was not read to its end in ${minutes} minutes; the next load goes on.`;
    return { path: name, reason };
  }
  return { path: name, reason: "The site does not answer.", isOutage: true };
}

const TWIN_FORMS: readonly TwinForm[] = [
  "link",
  "accept",
  "name.md",
  "index.md",
  "html.md",
  "none",
];

async function knownForm(store: PageStore): Promise<TwinForm | undefined> {
  const text = await store.text("twins");
  return TWIN_FORMS.find((form) => form === text);
}

function nothingThere(name: string, { problems }: FinishedCrawl): DocportError {
  const [first] = problems;
  if (first === undefined) {
    return new DocportError("ERR_SOURCE_EMPTY", `"${name}" leads to no page with text.`, {
      hint: "Name the page that links to the documentation, or its sitemap.",
    });
  }
  return new SourceDownError(
    `Nothing could be read from "${name}": ${first.path}: ${first.reason}`,
    first.askAgainAt,
    { hint: "Check the URL in a browser, and that this machine can reach it." },
  );
}
