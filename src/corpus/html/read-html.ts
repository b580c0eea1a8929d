import type { BlockList } from "../sections/block.ts";
import { stripInvisible } from "../sections/strip-invisible.ts";
import { htmlToMdast } from "./html-to-mdast.ts";
import {
  attributeOf,
  type Element,
  elementsOf,
  type ParentNode,
  parseHtml,
  textOf,
} from "./parse-html.ts";
import { pruneHtml } from "./prune-html.ts";
import { readConverted } from "./read-converted.ts";
import { selectMain } from "./select-main.ts";

/** A page of HTML: its blocks as Markdown, and what its head says. */
export interface HtmlPage extends BlockList {
  /** Text of `<title>`. */
  readonly title: string | undefined;
  /** The first heading of level 1 outside the text, for pages that have it in a banner. */
  readonly bannerTitle: string | undefined;
  readonly description: string | undefined;
  readonly language: string | undefined;
  readonly canonicalUrl: string | undefined;
}

/** Reads the text of a page and leaves its navigation, banners and hidden parts. Throws like `parseHtml`. */
export function readHtml(source: string, maxDepth: number): HtmlPage {
  const root = parseHtml(source, "document", maxDepth);
  const head = readHead(root);
  pruneHtml(root, "document");
  return { ...head, ...readConverted(htmlToMdast(selectMain(root)), maxDepth) };
}

function readHead(root: ParentNode): Omit<HtmlPage, "blocks" | "links"> {
  const found: { -readonly [Key in keyof Omit<HtmlPage, "blocks" | "links">]: HtmlPage[Key] } = {
    title: undefined,
    bannerTitle: undefined,
    description: undefined,
    language: undefined,
    canonicalUrl: undefined,
  };
  for (const element of elementsOf(root)) {
    switch (element.tagName) {
      case "html":
        found.language = attributeOf(element, "lang");
        break;
      case "title":
        found.title ??= lineOf(element);
        break;
      case "h1":
        found.bannerTitle ??= lineOf(element);
        break;
      case "meta":
        if (/^(?:og:)?description$/i.test(metaName(element))) {
          found.description ??= stripInvisible(attributeOf(element, "content") ?? "").trim();
        }
        break;
      case "link":
        if (attributeOf(element, "rel")?.toLowerCase() === "canonical") {
          found.canonicalUrl ??= attributeOf(element, "href")?.trim();
        }
        break;
      default:
    }
  }
  return found;
}

function metaName(element: Element): string {
  return attributeOf(element, "name") ?? attributeOf(element, "property") ?? "";
}

function lineOf(element: Element): string | undefined {
  const text = textOf(element)
    .replaceAll(/\s+/g, " ")
    .replace(/(?<!\s)\s*[#¶]$/u, "")
    .trim();
  return text === "" ? undefined : text;
}
