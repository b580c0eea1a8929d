import { createHash } from "node:crypto";
import { type ReadDocument, readDocument } from "../read-document.ts";
import { type CrawlScope, followedUrlOf, isInScope, pageUrlOf } from "./crawl-scope.ts";
import { decodePage } from "./decode-page.ts";
import type { MarkdownTwins } from "./markdown-twins.ts";
import type { StoredPage } from "./page-store.ts";
import { readPageHead, robotsDirectives } from "./read-page-head.ts";
import type { Alternate } from "./read-sitemap.ts";
import type { FetchedPage } from "./site-client.ts";

/** What the body and the headers of one response tell; the rest of a {@link StoredPage} is when. */
export type PageContent = Pick<
  StoredPage,
  "target" | "canonical" | "alternates" | "links" | "digest" | "document"
>;

const HTML_TYPES = new Set(["", "text/html", "application/xhtml+xml"]);
const TEXT_TYPES = new Set(["text/markdown", "text/x-markdown", "text/plain"]);

/** Whether a response of this type can be a page. */
export function isPageType(type: string): boolean {
  return HTML_TYPES.has(type) || TEXT_TYPES.has(type);
}

/**
 * Reads a response as a page of the site. The text is the page's Markdown where the site gives that;
 * what it says of itself and its links come from the HTML all the same. Throws ERR_PAGE_UNREADABLE.
 */
export async function readSitePage(
  page: FetchedPage,
  scope: CrawlScope,
  twins: MarkdownTwins,
): Promise<PageContent> {
  const { response, url } = page;
  const text = decodePage(response.body, response.header("content-type") ?? "");
  const said = robotsDirectives(response.header("x-robots-tag") ?? "");
  if (!HTML_TYPES.has(page.type)) {
    const document = readDocument(text, "markdown");
    const links = said.isNoFollow ? [] : linksOf(document.links, url.href, scope);
    const kept = said.isNoIndex ? undefined : { ...document, links: [] };
    return { ...NOTHING, links, digest: digestOf(text), document: kept };
  }
  const head = readPageHead(text);
  const base =
    head.base !== undefined && URL.canParse(head.base, url.href) ? new URL(head.base, url) : url;
  const links = said.isNoFollow || head.isNoFollow ? [] : linksOf(head.links, base.href, scope);
  const target = within(head.refresh, base, scope);
  if (target !== undefined && target !== url.href) {
    return { ...NOTHING, target, links, digest: digestOf(text) };
  }
  if (said.isNoIndex || head.isNoIndex) return { ...NOTHING, links, digest: digestOf(text) };
  const twin = await twins.of(url, linkedTwin(head.markdownTwin, base));
  const html = readDocument(text, "html");
  return {
    target: undefined,
    canonical: within(head.canonical, base, scope),
    alternates: alternatesOf(head.alternates, base.href, scope),
    links,
    digest: digestOf(text, twin ?? ""),
    document: { ...(twin === undefined ? html : withTwin(html, twin)), links: [] },
  };
}

/** The alternates that are pages of the site, as absolute URLs. */
export function alternatesOf(
  alternates: readonly Alternate[],
  base: string,
  scope: CrawlScope,
): readonly Alternate[] {
  return alternates.flatMap(({ language, url }) => {
    const resolved = within(url, base, scope);
    return resolved === undefined ? [] : [{ language, url: resolved }];
  });
}

const NOTHING = {
  target: undefined,
  canonical: undefined,
  alternates: [],
  links: [],
  document: undefined,
} as const;

/** A twin's text; from the HTML what Markdown seldom says. */
function withTwin(html: ReadDocument, twin: string): ReadDocument {
  const document = readDocument(twin, "markdown");
  return {
    ...document,
    title: document.title ?? html.title,
    description: document.description ?? html.description,
    language: html.language ?? document.language,
    canonicalUrl: html.canonicalUrl,
  };
}

function linkedTwin(reference: string | undefined, base: URL): URL | undefined {
  return reference === undefined ? undefined : pageUrlOf(reference, base);
}

function within(
  reference: string | undefined,
  base: string | URL,
  scope: CrawlScope,
): string | undefined {
  const url = reference === undefined ? undefined : pageUrlOf(reference, base);
  return url !== undefined && isInScope(url, scope) ? url.href : undefined;
}

function linksOf(references: readonly string[], base: string, scope: CrawlScope): string[] {
  const links = new Set<string>();
  for (const reference of references) {
    const url = followedUrlOf(reference, base);
    if (url !== undefined && isInScope(url, scope)) links.add(url.href);
  }
  return [...links];
}

function digestOf(...texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest("base64url");
}
