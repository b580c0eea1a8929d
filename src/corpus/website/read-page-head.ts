import { attributeOf, type Element, elementsOf, parseHtml } from "../html/parse-html.ts";
import type { Alternate } from "./read-sitemap.ts";

/** What a page says of itself and of others, besides its text. References are as they are written. */
export interface PageHead {
  /** What relative references start from; undefined: the page's own URL. */
  readonly base: string | undefined;
  readonly canonical: string | undefined;
  /** Where `<meta http-equiv=refresh>` leads. */
  readonly refresh: string | undefined;
  readonly isNoIndex: boolean;
  readonly isNoFollow: boolean;
  readonly language: string | undefined;
  readonly alternates: readonly Alternate[];
  /** `<link rel=alternate type=text/markdown>`. */
  readonly markdownTwin: string | undefined;
  /** Of the whole page, its navigation included; each once. */
  readonly links: readonly string[];
}

const MAX_LINKS = 10_000;
const MAX_ALTERNATES = 200;
const MAX_HTML_DEPTH = 200;

/** Throws ERR_PAGE_UNREADABLE like `parseHtml`. */
export function readPageHead(html: string): PageHead {
  const head: { -readonly [Key in keyof PageHead]: PageHead[Key] } = {
    base: undefined,
    canonical: undefined,
    refresh: undefined,
    isNoIndex: false,
    isNoFollow: false,
    language: undefined,
    alternates: [],
    markdownTwin: undefined,
    links: [],
  };
  const links = new Set<string>();
  const alternates: Alternate[] = [];
  for (const element of elementsOf(parseHtml(html, "document", MAX_HTML_DEPTH))) {
    switch (element.tagName) {
      case "html":
        head.language = attributeOf(element, "lang");
        break;
      case "base":
        head.base ??= attributeOf(element, "href");
        break;
      case "meta":
        readMeta(element, head);
        break;
      case "link":
        readLink(element, head, alternates);
        break;
      case "a":
      case "area": {
        const href = attributeOf(element, "href")?.trim();
        const isFollowed = !relOf(element).includes("nofollow");
        if (href && isFollowed && !href.startsWith("#") && links.size < MAX_LINKS) links.add(href);
        break;
      }
      default:
    }
  }
  return { ...head, alternates, links: [...links] };
}

type Head = { -readonly [Key in keyof PageHead]: PageHead[Key] };

function readMeta(element: Element, head: Head): void {
  const content = attributeOf(element, "content")?.slice(0, 4000) ?? "";
  if (attributeOf(element, "http-equiv")?.toLowerCase() === "refresh") {
    head.refresh ??= refreshTarget(content);
  }
  if (/^(?:robots|docport)$/i.test(attributeOf(element, "name") ?? "")) {
    const { isNoIndex, isNoFollow } = robotsDirectives(content);
    head.isNoIndex ||= isNoIndex;
    head.isNoFollow ||= isNoFollow;
  }
}

function readLink(element: Element, head: Head, alternates: Alternate[]): void {
  const href = attributeOf(element, "href")?.trim();
  if (!href) return;
  const rel = relOf(element);
  if (rel.includes("canonical")) head.canonical ??= href;
  if (!rel.includes("alternate")) return;
  const language = attributeOf(element, "hreflang")?.trim();
  if (language && alternates.length < MAX_ALTERNATES) alternates.push({ language, url: href });
  if (attributeOf(element, "type")?.toLowerCase().startsWith("text/markdown")) {
    head.markdownTwin ??= href;
  }
}

/** What `<meta name=robots>` or an `X-Robots-Tag` header forbids. */
export function robotsDirectives(text: string): { isNoIndex: boolean; isNoFollow: boolean } {
  // A header may be for one robot: `googlebot: noindex`.
  const words = text.toLowerCase().split(/[\s,]+/);
  const robot = words.findIndex((word) => word.endsWith(":"));
  const own = robot < 0 || words[robot] === "docport:" ? words : words.slice(0, robot);
  const isNone = own.includes("none");
  return {
    isNoIndex: isNone || own.includes("noindex"),
    isNoFollow: isNone || own.includes("nofollow"),
  };
}

/** `5; url='/there/'` -> `/there/`; undefined for a page that only reloads itself. */
function refreshTarget(content: string): string | undefined {
  const target = /^\s*(?:[\d.]+\s*)?(?:[;,]\s*)?url\s*=(.*)$/is.exec(content)?.[1]?.trim();
  return target?.replace(/^["']|["']$/g, "") || undefined;
}

function relOf(element: Element): string[] {
  return (attributeOf(element, "rel") ?? "").toLowerCase().split(/\s+/);
}
