import type { Catalog, CatalogPageSummary } from "../catalog.ts";

/** Where a link of a page leads, as far as the documentation alone can say. */
export type LinkTarget =
  /** Another site, a mail address, a file that is no page: not ours to judge. */
  | { readonly kind: "elsewhere" }
  | { readonly kind: "found"; readonly pageId: string; readonly language: string }
  /** Within the documentation, and no page there. */
  | { readonly kind: "no-page" }
  /** The page is there, the anchor is not. */
  | { readonly kind: "no-anchor"; readonly pageId: string };

/** Stands in for the site when the documentation has no base URL; `.invalid` is nobody's. */
const NO_SITE = "https://site.invalid/";
const PAGE_FILE = /\.(?:md|mdx|markdown|html?|rst|adoc)$/i;
const OTHER_FILE = /\.[a-z][a-z0-9]{0,5}$/i;
const FOLDER_FILE = /\/(?:_?index|readme)$/i;

interface KnownPage {
  readonly id: string;
  readonly language: string;
  readonly anchors: ReadonlySet<string>;
}

/** Follows the links of a catalog's pages; remembers the pages it has looked up. */
export class LinkResolver {
  readonly #catalog: Catalog;
  readonly #site: URL;
  readonly #pages = new Map<string, KnownPage | undefined>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    this.#site = parsedUrl(catalog.facts.baseUrl ?? NO_SITE, NO_SITE) ?? new URL(NO_SITE);
  }

  /**
   * Follows a link as a browser on the page's public URL would, and, when it is one to a source
   * file (`../install.md`), as the writer's editor would.
   */
  resolve(target: string, from: Pick<CatalogPageSummary, "url">): LinkTarget {
    const base = parsedUrl(from.url, this.#site.href);
    const url = base && parsedUrl(target, base.href);
    if (!url || !this.#isOurs(url)) return { kind: "elsewhere" };
    const anchor = decodedFragment(url.hash);
    for (const address of addressesOf(url, target, base)) {
      const page = this.#pageAt(address);
      if (!page) continue;
      return anchor === "" || page.anchors.has(anchor)
        ? { kind: "found", pageId: page.id, language: page.language }
        : { kind: "no-anchor", pageId: page.id };
    }
    const isFile = OTHER_FILE.test(url.pathname) && !PAGE_FILE.test(url.pathname);
    return { kind: isFile ? "elsewhere" : "no-page" };
  }

  #isOurs(url: URL): boolean {
    return url.host === this.#site.host && url.pathname.startsWith(this.#site.pathname);
  }

  #pageAt(address: string): KnownPage | undefined {
    if (this.#pages.has(address)) return this.#pages.get(address);
    const page = this.#catalog.resolve(address)?.page;
    const known = page && {
      id: page.id,
      language: page.language,
      anchors: new Set([
        ...page.sections.map((section) => section.anchor),
        // Anchors that a writer sets in HTML, not at a heading.
        ...[...page.markdown.matchAll(/\s(?:id|name)=["']([^"']{1,200})["']/g)].map(
          ([, id]) => id ?? "",
        ),
      ]),
    };
    this.#pages.set(address, known);
    return known;
  }
}

/** Addresses at which the page may be, the most literal first. */
function addressesOf(url: URL, target: string, base: URL): string[] {
  const addresses = [url.origin + url.pathname];
  if (PAGE_FILE.test(url.pathname)) {
    addresses.push(withoutFileName(url));
    // A pretty URL is one folder deeper than the file that it was made of.
    const above = target.startsWith("/") ? undefined : parsedUrl(`../${target}`, base.href);
    if (above) addresses.push(withoutFileName(above));
  }
  return addresses.map((address) => address.replace(NO_SITE, "/"));
}

function withoutFileName(url: URL): string {
  return (url.origin + url.pathname).replace(PAGE_FILE, "").replace(FOLDER_FILE, "/");
}

function parsedUrl(url: string, base: string): URL | undefined {
  return URL.canParse(url, base) ? new URL(url, base) : undefined;
}

/** The id that a fragment names; "" for none, for the top, and for a text fragment. */
function decodedFragment(hash: string): string {
  const [fragment = ""] = hash.slice(1).split(":~:", 1);
  if (fragment === "top") return "";
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
