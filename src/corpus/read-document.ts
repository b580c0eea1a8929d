import { type FrontMatter, splitFrontMatter } from "./front-matter.ts";
import { type HtmlPage, readHtml } from "./html/read-html.ts";
import { readMarkdown } from "./markdown/read-markdown.ts";
import type { Page } from "./page.ts";
import type { Block, BlockList } from "./sections/block.ts";
import { type DraftSection, splitSections } from "./sections/split-sections.ts";
import { normalizeText, stripInvisible } from "./sections/strip-invisible.ts";

/** What is read in one go, without a library that is loaded for it. */
export type DocumentKind = "markdown" | "mdx" | "html";

export interface ReadOptions {
  /**
   * Levels of blocks and emphasis in each other. Default 100, at most 250; real pages stay below 20.
   * The elements of an HTML page may be nested twice as deep, since many only wrap others.
   */
  readonly maxDepth?: number;
}

/** A document as read, before it has a place (id, URL, language) on the public site. */
export interface ReadDocument {
  /** JSON-like values, dates as strings; {} when there is none. No prototype. */
  readonly frontMatter: FrontMatter;
  /** From the front matter, else the first heading of level 1, else `<title>`. */
  readonly title: string | undefined;
  /** From the front matter or the head of the page. */
  readonly description: string | undefined;
  /** As written there: the page's `lang`, or `lang` or `language` of the front matter. */
  readonly language: string | undefined;
  /** HTML's `<link rel=canonical>`. */
  readonly canonicalUrl: string | undefined;
  /** Clean Markdown: no front matter, comments, calls, tags or invisible characters. */
  readonly markdown: string;
  /** Never empty; the first is the lead, whose title is "" when the document has none. */
  readonly sections: readonly DraftSection[];
  /** Targets of links in order of appearance; at most 5,000. */
  readonly links: readonly string[];
}

/** Where a document stands on the public site, and what is known of its source. */
export type PagePlace = Pick<
  Page,
  | "id"
  | "url"
  | "aliases"
  | "language"
  | "version"
  | "translationKey"
  | "path"
  | "modifiedAt"
  | "revision"
> & {
  /** Title to use when the document has none itself, such as its file name. */
  readonly title?: string;
};

const DEFAULT_MAX_DEPTH = 100;
const HIGHEST_MAX_DEPTH = 250;

/**
 * Reads a whole document. The caller has checked its size; the time it takes is in proportion to it.
 *
 * Throws a DocportError ERR_PAGE_UNREADABLE when its front matter is not valid, when it is nested too
 * deeply, or when it is built to exhaust a parser; a RangeError when `maxDepth` is not 1 to 250.
 */
export function readDocument(
  content: string,
  kind: DocumentKind,
  options: ReadOptions = {},
): ReadDocument {
  const { maxDepth = DEFAULT_MAX_DEPTH } = options;
  if (!Number.isInteger(maxDepth) || maxDepth < 1 || maxDepth > HIGHEST_MAX_DEPTH) {
    throw new RangeError(`maxDepth must be an integer from 1 to ${HIGHEST_MAX_DEPTH}`);
  }
  const { frontMatter, body } = splitFrontMatter(normalizeText(content));
  return documentOf(
    kind === "html" ? readHtml(body, 2 * maxDepth) : readMarkdown(body, kind, maxDepth),
    frontMatter,
  );
}

/** The blocks of a page, and what it says of itself. */
export type DocumentBlocks = Partial<HtmlPage> & BlockList;

/** The document that blocks make; what the front matter says comes first. */
export function documentOf(page: DocumentBlocks, frontMatter: FrontMatter = {}): ReadDocument {
  const blocks = endedByLine(page.blocks);
  const title =
    textField(frontMatter, "title") ?? firstHeading(blocks) ?? page.bannerTitle ?? page.title;
  const sections = splitSections(blocks, title ?? "");
  return {
    frontMatter,
    title,
    description: textField(frontMatter, "description") ?? page.description,
    language: page.language ?? textField(frontMatter, "lang") ?? textField(frontMatter, "language"),
    canonicalUrl: page.canonicalUrl,
    markdown: sections.map((section) => section.markdown).join(""),
    sections,
    links: page.links,
  };
}

/** Nothing comes after the last block, so it needs no blank line. */
function endedByLine(blocks: readonly Block[]): readonly Block[] {
  const last = blocks.at(-1);
  return last ? [...blocks.slice(0, -1), { ...last, separator: "\n" }] : [];
}

function firstHeading(blocks: readonly Block[]): string | undefined {
  return blocks.find(({ heading }) => heading?.level === 1 && heading.title !== "")?.heading?.title;
}

/** A text of the front matter, in one line; undefined when it is missing, empty or no text. */
function textField(frontMatter: FrontMatter, name: string): string | undefined {
  const value = frontMatter[name];
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") return undefined;
  const line = stripInvisible(text).replaceAll(/\s+/g, " ").trim();
  return line === "" ? undefined : line;
}

/**
 * The page that a document makes in its place. The document's own title comes before the place's;
 * without either the id is the title. Section ids are the page's id, `#` and the anchor.
 */
export function placePage(document: ReadDocument, place: PagePlace): Page {
  const { title: placeTitle, ...rest } = place;
  const title = document.title ?? placeTitle ?? place.id;
  return {
    ...rest,
    title,
    ...(document.description === undefined ? {} : { description: document.description }),
    markdown: document.markdown,
    sections: document.sections.map((section) => ({
      ...section,
      id: section.anchor === "" ? place.id : `${place.id}#${section.anchor}`,
      title: section.level === 0 ? title : section.title,
      headingPath: [title, ...section.headingPath.slice(1)],
      url: section.anchor === "" ? place.url : `${place.url}#${encodeURI(section.anchor)}`,
    })),
  };
}
