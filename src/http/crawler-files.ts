import type { Catalog, CatalogPageSummary } from "../catalog/catalog.ts";
import { pagePath } from "../mcp/page-urls.ts";
import { escapeHtml } from "../web/html.ts";
import type { HttpHandlerOptions } from "./http-options.ts";
import { streamText } from "./llms-txt.ts";
import type { PublicBase } from "./public-base.ts";
import type { Route, RouteEntries } from "./route.ts";

/** Most URLs of one sitemap file (sitemaps.org); more are split into parts. */
export const MAX_SITEMAP_URLS = 50_000;

const NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9";
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** `/robots.txt` and `/sitemap.xml`. */
export function crawlerRoutes(options: HttpHandlerOptions, base: PublicBase): RouteEntries {
  const robots: Route = {
    GET: (request) =>
      new Response(robotsTxt(base(request)), {
        headers: {
          "content-type": "text/plain; charset=utf-8",
          "cache-control": "public, max-age=3600",
        },
      }),
  };
  const sitemap: Route = {
    GET: (request, url) => {
      const text = sitemapXml(options.catalog(), base(request), url.searchParams.get("part"));
      return text === undefined
        ? new Response("There is no such part\n", { status: 404 })
        : new Response(streamText(text), {
            headers: {
              "content-type": "application/xml; charset=utf-8",
              "cache-control": "public, max-age=3600",
            },
          });
    },
  };
  return [
    ["/robots.txt", robots],
    ["/sitemap.xml", sitemap],
  ];
}

/** Everything that is text may be read; what is a protocol or makes work may not. */
function robotsTxt(publicUrl: string): string {
  return `User-agent: *
Allow: /
Disallow: /mcp$
Disallow: /sse
Disallow: /message
Disallow: /search.json
Disallow: /*?q=

Sitemap: ${new URL("/sitemap.xml", publicUrl).href}
`;
}

/**
 * This server's own pages. A sitemap may name URLs of its own host only, so the documentation's
 * public site is not in it; each Markdown page says where its original is.
 */
function sitemapXml(
  catalog: Catalog,
  publicUrl: string,
  part: string | null,
): Iterable<string> | undefined {
  const pages = catalog.pages();
  const partCount = Math.ceil((pages.length + 1) / MAX_SITEMAP_URLS);
  if (part === null) {
    return partCount > 1 ? sitemapIndex(publicUrl, partCount) : urlSet(publicUrl, pages, true);
  }
  const number = /^\d{1,6}$/.test(part) ? Number(part) : 0;
  if (number < 1 || number > partCount) return undefined;
  // The first part has the front page too.
  const start = Math.max(0, (number - 1) * MAX_SITEMAP_URLS - 1);
  const end = number * MAX_SITEMAP_URLS - 1;
  return urlSet(publicUrl, pages.slice(start, end), number === 1);
}

function* sitemapIndex(publicUrl: string, partCount: number): Generator<string> {
  yield `${HEAD}<sitemapindex xmlns="${NAMESPACE}">\n`;
  for (let part = 1; part <= partCount; part++) {
    yield `<sitemap><loc>${location(`/sitemap.xml?part=${part}`, publicUrl)}</loc></sitemap>\n`;
  }
  yield "</sitemapindex>\n";
}

function* urlSet(
  publicUrl: string,
  pages: readonly CatalogPageSummary[],
  withFront: boolean,
): Generator<string> {
  yield `${HEAD}<urlset xmlns="${NAMESPACE}">\n`;
  if (withFront) yield `<url><loc>${location("/", publicUrl)}</loc></url>\n`;
  for (const { id, modifiedAt } of pages) {
    yield `<url><loc>${location(pagePath(id), publicUrl)}</loc>${lastModified(modifiedAt)}</url>\n`;
  }
  yield "</urlset>\n";
}

function location(path: string, publicUrl: string): string {
  return escapeHtml(new URL(path, publicUrl).href);
}

function lastModified(modifiedAt: number | undefined): string {
  const date = new Date(modifiedAt ?? Number.NaN);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) return "";
  return `<lastmod>${date.toISOString().slice(0, 10)}</lastmod>`;
}
