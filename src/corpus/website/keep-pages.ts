import type { Problem } from "../page.ts";
import type { Crawl } from "./crawl.ts";
import type { CrawlScope } from "./crawl-scope.ts";
import type { FoundPages } from "./find-pages.ts";
import type { PageStore, StoredSite } from "./page-store.ts";

/** Smaller sites may change by half in a day. */
const MIN_SHRINKING = 10;

/** What a walk has found, as a list. */
export function pagesOf({ visited }: Crawl): Pick<FoundPages, "entries" | "isComplete"> {
  const found = [...visited].filter(([, { hasDocument }]) => hasDocument);
  const entries = found.map(([url]) => [url, { url, lastmod: undefined, alternates: [] }] as const);
  return { entries: new Map(entries), isComplete: true };
}

/**
 * A list that has lost half of its pages at once is a mistake more often than not: the pages that it
 * had are asked for one by one, and those that are gone go, after the second time. True when so.
 */
export function keepIfShrunk(
  crawl: Crawl,
  { entries, isComplete }: Pick<FoundPages, "entries" | "isComplete">,
  before: StoredSite,
  name: string,
): boolean {
  const had = before.pages.length;
  const hasShrunk = had >= MIN_SHRINKING && entries.size * 2 <= had;
  if (isComplete && !hasShrunk) return false;
  if (hasShrunk) {
    const reason = `The site lists ${entries.size} pages and had ${had}; the others are kept as long as they are there.`;
    crawl.problems.push({ path: name, reason, isServed: true });
  }
  for (const url of before.pages) crawl.add(url);
  return true;
}

/** Keeps what the site is now, and forgets what it is no more. */
export async function finish(
  crawl: Crawl,
  store: PageStore,
  before: StoredSite,
  scope: CrawlScope,
): Promise<void> {
  const pages: string[] = [];
  const others: string[] = [];
  for (const [url, { hasDocument }] of crawl.visited) (hasDocument ? pages : others).push(url);
  await store.putSite({ pages, others, scope });
  for (const url of [...before.pages, ...before.others]) {
    if (!crawl.visited.has(url)) await store.forget(url);
  }
}

/** Takes the pages that were not asked for as they were kept. */
export async function keepRest(crawl: Crawl, before: StoredSite, why: Problem): Promise<void> {
  let kept = 0;
  for (const url of before.pages) if (await crawl.keep(url)) kept += 1;
  for (const url of before.others) await crawl.keep(url);
  const rest = kept === 1 ? "one page is" : `${kept} pages are`;
  crawl.problems.push({
    ...why,
    reason: `${why.reason} ${rest} served as they were.`,
    isServed: true,
  });
}
