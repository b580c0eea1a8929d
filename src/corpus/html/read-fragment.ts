import type { RootContent } from "mdast";
import { htmlToMdast } from "./html-to-mdast.ts";
import {
  attributeOf,
  type Element,
  elementsOf,
  isElement,
  type ParentNode,
  parseHtml,
} from "./parse-html.ts";
import { isNotText, pruneHtml } from "./prune-html.ts";

/** A stretch of HTML as it stands in Markdown: often a lone opening or closing tag. */
export interface HtmlFragment {
  readonly blocks: readonly RootContent[];
  /** An element that it opens, does not close, and whose content nobody sees. */
  readonly opensHidden: string | undefined;
  /** The last anchor (`<a id>`, `<a name>`) it sets, when it shows nothing. */
  readonly anchor: string | undefined;
}

const EMPTY: HtmlFragment = { blocks: [], opensHidden: undefined, anchor: undefined };

/** Reads HTML that stands between blocks of Markdown. Throws like `parseHtml`. */
export function readFragment(html: string, maxDepth: number): HtmlFragment {
  if (/^\s*(?:<!--|<\/[^>]*>\s*$)/.test(html) && !/<[a-z]/i.test(html)) {
    const after = html.lastIndexOf("-->");
    if (after < 0 || html.slice(after + 3).trim() === "") return EMPTY;
  }
  const root = parseHtml(html, "fragment", maxDepth);
  const opensHidden = unclosedHidden(root);
  const anchor = lastAnchor(root);
  pruneHtml(root, "fragment");
  const blocks = htmlToMdast(root);
  return { blocks, opensHidden, anchor: blocks.length === 0 ? anchor : undefined };
}

/** The outermost hidden element on the way to the last node that the fragment leaves open. */
function unclosedHidden(root: ParentNode): string | undefined {
  let parent: ParentNode | undefined = root;
  while (parent) {
    const last: ParentNode["childNodes"][number] | undefined = parent.childNodes.at(-1);
    if (!last || !isElement(last) || last.sourceCodeLocation?.endTag) return undefined;
    if (isNotText(last) && !VOID.has(last.tagName)) return last.tagName;
    parent = last;
  }
  return undefined;
}

const VOID = new Set(["input", "link", "meta", "base", "embed", "img", "br", "hr"]);

function lastAnchor(root: ParentNode): string | undefined {
  let anchor: string | undefined;
  for (const element of elementsOf(root)) {
    if (element.tagName === "a")
      anchor = attributeOf(element, "id") ?? attributeOf(element, "name") ?? anchor;
  }
  return anchor;
}

/** One tag as it stands in a line of Markdown. */
export type InlineTag =
  | { readonly kind: "opening"; readonly name: string; readonly element: Element }
  | { readonly kind: "closing"; readonly name: string }
  | { readonly kind: "other" };

const TAG = /^<(\/?)([A-Za-z][^\s/>]*)/;

/** What an inline `html` node of the syntax tree is; comments and declarations are "other". */
export function readInlineTag(html: string): InlineTag {
  const tag = TAG.exec(html);
  if (!tag) return { kind: "other" };
  const name = (tag[2] ?? "").toLowerCase();
  if (tag[1] === "/") return { kind: "closing", name };
  const [element] = parseHtml(html, "fragment", 10).childNodes;
  if (element && isElement(element)) return { kind: "opening", name: element.tagName, element };
  return { kind: "other" };
}
