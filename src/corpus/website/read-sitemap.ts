/** The most that one sitemap may list (https://www.sitemaps.org/protocol.html). */
const MAX_ENTRIES = 50_000;
const MAX_ALTERNATES = 200;
const TAG = /<(\/?)([A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,40})(?![\w.-])([^<>]{0,5000})>/g;
const ATTRIBUTE = /([\w:.-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** A translation of a page: its language as it is written, or `x-default`. */
export interface Alternate {
  readonly language: string;
  readonly url: string;
}

export interface SitemapEntry {
  readonly url: string;
  /** As it is written: it is compared with what was written before. */
  readonly lastmod: string | undefined;
  readonly alternates: readonly Alternate[];
}

export interface Sitemap {
  readonly pages: readonly SitemapEntry[];
  /** Other sitemaps, when this is an index. */
  readonly sitemaps: readonly string[];
}

/**
 * Reads a sitemap, an index of sitemaps, or a plain list of URLs. Only its tags are looked at: no
 * declaration is honoured and no entity but XML's own, so that there is nothing to expand. Undefined
 * when the text is none of them.
 */
export function readSitemap(text: string): Sitemap | undefined {
  const content = withoutComments(text);
  const root = /<([\w.-]{1,40}:)?(?:urlset|sitemapindex)[\s>]/.exec(content.slice(0, 20_000));
  if (root === null) return readUrlList(text);
  const pages: SitemapEntry[] = [];
  const sitemaps: string[] = [];
  let url: string | undefined;
  let lastmod: string | undefined;
  let alternates: Alternate[] = [];
  let textStart = 0;
  for (const match of content.matchAll(TAG)) {
    const [tag, slash, , name = "", attributes = ""] = match;
    const end = match.index + tag.length;
    if (slash === "") {
      if (name === "url" || name === "sitemap")
        [url, lastmod, alternates] = [undefined, undefined, []];
      if (name === "link" && alternates.length < MAX_ALTERNATES) {
        const alternate = alternateOf(attributes);
        if (alternate !== undefined) alternates.push(alternate);
      }
      textStart = end;
      continue;
    }
    const value = textOf(content.slice(textStart, match.index));
    // Images and videos of a page have a `loc` of their own, in another namespace.
    if (name === "loc" && match[2] === root[1]) url ??= value;
    if (name === "lastmod") lastmod ??= value;
    if (name === "url" && url !== undefined) pages.push({ url, lastmod, alternates });
    if (name === "sitemap" && url !== undefined) sitemaps.push(url);
    if (pages.length >= MAX_ENTRIES || sitemaps.length >= MAX_ENTRIES) break;
    textStart = end;
  }
  return { pages, sitemaps };
}

function readUrlList(text: string): Sitemap | undefined {
  const lines = text.split(/\r?\n/, MAX_ENTRIES).filter((line) => line.trim() !== "");
  if (lines.length === 0 || !lines.every((line) => /^\s*https?:\/\/\S{1,4000}\s*$/.test(line))) {
    return undefined;
  }
  const pages = lines.map((line) => ({ url: line.trim(), lastmod: undefined, alternates: [] }));
  return { pages, sitemaps: [] };
}

function alternateOf(attributes: string): Alternate | undefined {
  const values = new Map<string, string>();
  for (const [, name = "", double, single] of attributes.matchAll(ATTRIBUTE)) {
    values.set(name, unescape(double ?? single ?? ""));
  }
  const language = values.get("hreflang");
  const url = values.get("href");
  if (values.get("rel") !== "alternate" || language === undefined || url === undefined) {
    return undefined;
  }
  return { language, url };
}

function textOf(raw: string): string {
  const trimmed = raw.trim();
  const cdata = /^<!\[CDATA\[([^]*?)\]\]>$/.exec(trimmed)?.[1];
  return cdata === undefined ? unescape(trimmed) : cdata.trim();
}

function unescape(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,4}));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}

function withoutComments(text: string): string {
  let kept = "";
  let at = 0;
  for (;;) {
    const start = text.indexOf("<!--", at);
    if (start < 0) return kept + text.slice(at);
    kept += text.slice(at, start);
    const end = text.indexOf("-->", start + 4);
    if (end < 0) return kept;
    at = end + 3;
  }
}
