const MAX_URL_CHARS = 2000;
/** A path that repeats a part so often is made by a link that is relative where it should not be. */
const MAX_REPEATS = 3;
const SESSION_PARAMETER =
  /^(?:jsessionid|phpsessid|aspsessionid\w*|sessionid|session_id|sid|cfid|cftoken|utm_\w+|fbclid|gclid|msclkid|mc_[ce]id|_ga|ref_src)$/i;
/** Extensions of what is no page; anything else is asked for. */
const NO_PAGE =
  /\.(?:png|jpe?g|gif|webp|avif|svg|ico|bmp|css|m?js|map|json|jsonl|xml|rss|atom|woff2?|ttf|otf|eot|mp[34]|webm|ogg|wav|mov|avi|pdf|zip|t?gz|tar|bz2|xz|7z|rar|dmg|exe|msi|deb|rpm|apk|iso|wasm|csv|xlsx?|docx?|pptx?|epub|asc|sig|sha256|ics)$/i;

/** The part of a site that is read: URLs of some origins below one path. */
export interface CrawlScope {
  /** Origins that count as the site. All but the first are what it is redirected from. */
  readonly origins: readonly string[];
  /** The path that all pages are below; ends in a slash. */
  readonly prefix: string;
}

/** The scope of a start URL: its folder, or itself as a folder when it does not look like a file. */
export function scopeOf(start: URL, ...formerOrigins: readonly string[]): CrawlScope {
  const { pathname } = start;
  const name = pathname.slice(pathname.lastIndexOf("/") + 1);
  const folder = pathname.slice(0, pathname.length - name.length);
  const prefix = name === "" || /\.[a-z]\w{0,5}$/i.test(name) ? folder : `${pathname}/`;
  return { origins: [...new Set([start.origin, ...formerOrigins])], prefix };
}

export function isInScope(url: URL, { origins, prefix }: CrawlScope): boolean {
  return (
    origins.includes(url.origin) &&
    (url.pathname.startsWith(prefix) || `${url.pathname}/` === prefix)
  );
}

/**
 * The one form of a page's URL: without fragment, session and campaign parameters. Undefined when it
 * is no http(s) URL, has credentials, or is one that only a mistake or a trap leads to.
 */
export function pageUrlOf(reference: string, base?: string | URL): URL | undefined {
  if (reference.length > MAX_URL_CHARS || !URL.canParse(reference, base?.toString()))
    return undefined;
  const url = new URL(reference, base);
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    return undefined;
  }
  url.hash = "";
  url.pathname = url.pathname
    .replace(/;(?:jsessionid|sid|phpsessid)=[^/;]*/gi, "")
    .replace(/\/\([SAF]\([^/()]*\)\)(?=\/|$)/g, "");
  for (const name of [...url.searchParams.keys()]) {
    if (SESSION_PARAMETER.test(name)) url.searchParams.delete(name);
  }
  if (url.search === "") url.search = "";
  return url.href.length > MAX_URL_CHARS || repeats(url.pathname) ? undefined : url;
}

/**
 * Where a link in a page leads, as far as links are followed: without its query, because the same
 * page in another order or with another calendar month is no other page.
 */
export function followedUrlOf(reference: string, base: string): URL | undefined {
  const url = pageUrlOf(reference, base);
  if (url === undefined || NO_PAGE.test(url.pathname)) return undefined;
  url.search = "";
  return url;
}

/** Equal for paths that differ in their numbers alone: `/calendar/2026/11/` -> `/calendar/0/0/`. */
export function shapeOf(url: URL): string {
  return url.pathname.replace(/\d+/g, "0");
}

function repeats(pathname: string): boolean {
  const counts = new Map<string, number>();
  for (const segment of pathname.split("/")) {
    if (segment === "") continue;
    const count = (counts.get(segment) ?? 0) + 1;
    if (count > MAX_REPEATS) return true;
    counts.set(segment, count);
  }
  return false;
}
