import { gunzipSync } from "node:zlib";
import { messageOf } from "../../lib/errors.ts";
import type { Problem } from "../page.ts";
import { pageOfTwin } from "../site/markdown-twin.ts";
import { llmsLinks } from "../sources/llms-links.ts";
import { type CrawlScope, isInScope, pageUrlOf } from "./crawl-scope.ts";
import { decodePage } from "./decode-page.ts";
import { readSitemap, type SitemapEntry } from "./read-sitemap.ts";
import type { SiteClient } from "./site-client.ts";

/** The protocol's own limit (https://www.sitemaps.org/protocol.html). */
const MAX_SITEMAP_BYTES = 50 * 1024 * 1024;
const MAX_LLMS_BYTES = 16 * 1024 * 1024;
const MAX_SITEMAPS = 1000;
const MAX_DEPTH = 3;

/** The pages that a site lists. */
export interface FoundPages {
  /** Within the scope, each URL once. */
  readonly entries: ReadonlyMap<string, SitemapEntry>;
  /** False when a sitemap that should be there could not be read. */
  readonly isComplete: boolean;
  readonly problems: readonly Problem[];
}

export interface FindSettings {
  readonly client: SiteClient;
  readonly scope: CrawlScope;
  readonly maxPages: number;
}

/** Reads a sitemap, or the index of many. `isNamed`: it should be there. */
export async function findInSitemaps(
  sitemaps: readonly { readonly url: string; readonly isNamed: boolean }[],
  settings: FindSettings,
): Promise<FoundPages> {
  const { client, scope, maxPages } = settings;
  const entries = new Map<string, SitemapEntry>();
  const problems: Problem[] = [];
  const queue = sitemaps.map((sitemap) => ({ ...sitemap, depth: 0 }));
  const seen = new Set<string>();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const url = siteUrlOf(next.url, scope);
    if (url === undefined || seen.has(url.href) || seen.size >= MAX_SITEMAPS) continue;
    seen.add(url.href);
    const text = await fetchText(url, MAX_SITEMAP_BYTES, settings);
    const sitemap = typeof text === "string" ? readSitemap(text) : undefined;
    if (sitemap === undefined) {
      const isAbsent = typeof text !== "string" && text.isMissing;
      const reason = typeof text === "string" ? "It is no sitemap." : text.reason;
      if (next.isNamed || !isAbsent) problems.push({ path: url.href, reason });
      if (client.isDown) break;
      continue;
    }
    for (const entry of sitemap.pages) {
      const page = pageUrlOf(entry.url, url);
      if (page === undefined || !isInScope(page, scope) || entries.size > maxPages) continue;
      if (!entries.has(page.href)) entries.set(page.href, entry);
    }
    if (next.depth >= MAX_DEPTH) continue;
    for (const child of sitemap.sitemaps) {
      queue.push({ url: child, isNamed: true, depth: next.depth + 1 });
    }
  }
  return { entries, isComplete: problems.length === 0, problems };
}

/** The pages that an `llms.txt` links to; none when there is none. */
export async function findInLlms(url: URL, settings: FindSettings): Promise<readonly string[]> {
  const text = await fetchText(url, MAX_LLMS_BYTES, settings);
  if (typeof text !== "string" || /^\s*</.test(text)) return [];
  return llmsLinks(text).flatMap((link) => {
    const page = pageUrlOf(pageOfTwin(link.url), url);
    return page !== undefined && isInScope(page, settings.scope) ? [page.href] : [];
  });
}

type NoText = { readonly reason: string; readonly isMissing: boolean };

async function fetchText(
  url: URL,
  maxBytes: number,
  { client, scope }: FindSettings,
): Promise<string | NoText> {
  const answer = await client.get(url, {
    accept: "application/xml, text/xml;q=0.9, text/plain;q=0.8, */*;q=0.1",
    maxBytes,
    wants: (type) => type !== "text/html",
    allows: (target) => scope.origins.includes(target.origin),
  });
  if (answer.kind === "missing") return { reason: "It is not there.", isMissing: true };
  // Many sites answer with a page of theirs where there is no such file.
  if (answer.kind === "unwanted") return { reason: answer.reason, isMissing: true };
  if (answer.kind === "unchanged") return { reason: "It came empty.", isMissing: false };
  if (answer.kind === "failed") {
    const { status = 500 } = answer;
    return { reason: answer.reason, isMissing: status >= 400 && status < 500 };
  }
  const { body, header } = answer.response;
  try {
    const isGzip = body[0] === 0x1f && body[1] === 0x8b;
    const bytes = isGzip ? gunzipSync(body, { maxOutputLength: maxBytes }) : body;
    return decodePage(bytes, header("content-type") ?? "");
  } catch (error) {
    return { reason: `It cannot be read: ${messageOf(error)}`, isMissing: false };
  }
}

/** Sitemaps may lie outside the folder that is read, but not on another site. */
function siteUrlOf(reference: string, { origins }: CrawlScope): URL | undefined {
  const [origin] = origins;
  if (!URL.canParse(reference, origin)) return undefined;
  const url = new URL(reference, origin);
  return origins.includes(url.origin) ? url : undefined;
}
