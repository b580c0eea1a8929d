import type { Catalog, CatalogPage, CatalogSection } from "../catalog/catalog.ts";

/** Scheme of the URIs by which pages are read as MCP resources. */
export const PAGE_URI_PREFIX = "docs://page/";

/** URI of the list of all pages. */
export const INDEX_URI = "docs://index";

/** Path below which this server gives a page as Markdown: `/pages/<id>.md`. */
export const PAGE_PATH_PREFIX = "/pages/";

/** A page's path on this server. The slashes of the id stay slashes. */
export function pagePath(id: string): string {
  return `${PAGE_PATH_PREFIX}${encodeId(id)}.md`;
}

/** A page's URI as an MCP resource. */
export function pageUri(id: string): string {
  return `${PAGE_URI_PREFIX}${encodeId(id)}`;
}

/** The page id in a resource URI of {@link pageUri}, or undefined when it is not one. */
export function pageIdOfUri(uri: string): string | undefined {
  return uri.startsWith(PAGE_URI_PREFIX) ? decode(uri.slice(PAGE_URI_PREFIX.length)) : undefined;
}

/** The page id in a path of {@link pagePath}, or undefined when it is not one. */
export function pageIdOfPath(path: string): string | undefined {
  if (!path.startsWith(PAGE_PATH_PREFIX) || !path.endsWith(".md")) return undefined;
  return decode(path.slice(PAGE_PATH_PREFIX.length, -".md".length));
}

/** Makes the URLs of pages absolute, because ChatGPT cites only what has one. */
export interface PageUrls {
  /**
   * The public URL when it is absolute or a base URL is known; this server's own copy of the page
   * otherwise; and over stdio, where there is neither, the resource URI.
   */
  absolute(url: string, pageId: string): string;
}

export function createPageUrls(
  baseUrl: string | undefined,
  publicUrl: string | undefined,
): PageUrls {
  const worked = new Map<string, string>();
  const workOut = (url: string, pageId: string): string => {
    const known = parse(url, baseUrl);
    if (known && /^https?:$/.test(known.protocol)) return known.href;
    const hash = url.indexOf("#");
    const fragment = hash < 0 ? "" : url.slice(hash);
    const own = publicUrl === undefined ? undefined : parse(pagePath(pageId) + fragment, publicUrl);
    return own?.href ?? pageUri(pageId) + fragment;
  };
  return {
    absolute(url, pageId) {
      const hash = url.indexOf("#");
      const page = hash < 0 ? url : url.slice(0, hash);
      // Only what no URL writes otherwise may be put behind a URL that was worked out before.
      if (hash >= 0 && !PLAIN_END.test(url)) return workOut(url, pageId);
      const key = `${page.length} ${page}${pageId}`;
      let href = worked.get(key);
      if (href === undefined) {
        if (worked.size >= MAX_WORKED_OUT) worked.clear();
        href = workOut(page, pageId);
        worked.set(key, href);
      }
      return hash < 0 ? href : href + url.slice(hash);
    },
  };
}

/** URLs of pages that are remembered: parsing them is dear, and each answer has ten. */
const MAX_WORKED_OUT = 10_000;
const PLAIN_END = /^[^#]*(?<![\s\p{Cc}])#[\w.~!$&'()*+,;=:@/?%-]+$/u;

/**
 * Finds what an id names: a page, a section, a public URL, or one of the forms that this server
 * hands out itself ({@link pagePath} and {@link pageUri}, with or without a fragment).
 */
export function resolveId(
  catalog: Catalog,
  id: string,
): { readonly page: CatalogPage; readonly section?: CatalogSection } | undefined {
  const found = catalog.resolve(id);
  if (found) return found;
  const own = ownId(id);
  return own === undefined ? undefined : catalog.resolve(own);
}

function ownId(id: string): string | undefined {
  const hash = id.indexOf("#");
  const bare = hash < 0 ? id : id.slice(0, hash);
  const fragment = hash < 0 ? "" : id.slice(hash);
  const path = /^https?:\/\//.test(bare) ? parse(bare)?.pathname : bare;
  const pageId = pageIdOfUri(bare) ?? (path === undefined ? undefined : pageIdOfPath(path));
  return pageId === undefined ? undefined : pageId + fragment;
}

function encodeId(id: string): string {
  return id.split("/").map(encodeURIComponent).join("/");
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function parse(url: string, base?: string): URL | undefined {
  try {
    return new URL(url, base);
  } catch {
    return undefined;
  }
}
