import type { StoredPage } from "./page-store.ts";
import type { SitemapEntry } from "./read-sitemap.ts";

/** A page is asked for again after this, even if the sitemap says that it is as it was. */
const TRUST_LASTMOD_MS = 7 * 86_400_000;

/** Whether the sitemap's date says that a page is as it was when it was read. */
export function isTrusted(
  page: StoredPage,
  entry: SitemapEntry | undefined,
  version: string,
  now: number,
): boolean {
  return (
    page.version === version &&
    entry?.lastmod !== undefined &&
    entry.lastmod === page.lastmod &&
    page.problem === undefined &&
    !page.isMissing &&
    page.document !== undefined &&
    now - page.readAt < TRUST_LASTMOD_MS
  );
}
