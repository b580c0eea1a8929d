import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parse, parseFragment } from "parse5";
import { DocportError } from "../../lib/errors.ts";
import { nestedTooDeeply } from "../sections/nested-too-deeply.ts";

export type Element = DefaultTreeAdapterTypes.Element;
export type ParentNode = DefaultTreeAdapterTypes.ParentNode;
export type ChildNode = DefaultTreeAdapterTypes.ChildNode;

/** `html`, `head`, `body` and what the parser adds to the smallest page. */
const FREE_ELEMENTS = 1000;

/** The two ways in: a page with its head, or a stretch of HTML as it stands in a body. */
export type HtmlScope = "document" | "fragment";

/**
 * The tree a browser would build. Throws ERR_PAGE_UNREADABLE when elements are nested deeper than
 * `maxDepth`, or when the repair of unclosed tags makes more elements than the page has characters.
 */
export function parseHtml(html: string, scope: HtmlScope, maxDepth: number): ParentNode {
  let depth = 0;
  let elements = 0;
  const treeAdapter = {
    ...defaultTreeAdapter,
    onItemPush: () => {
      depth += 1;
      elements += 1;
      if (depth > maxDepth) throw nestedTooDeeply(maxDepth);
      if (elements > html.length + FREE_ELEMENTS) throw tooManyElements();
    },
    onItemPop: () => {
      depth -= 1;
    },
  };
  return scope === "document"
    ? parse(html, { treeAdapter, scriptingEnabled: false })
    : parseFragment(html, { treeAdapter, scriptingEnabled: false, sourceCodeLocationInfo: true });
}

function tooManyElements(): DocportError {
  return new DocportError(
    "ERR_PAGE_UNREADABLE",
    "its unclosed tags unfold into more elements than the page has characters",
    { hint: "Close the formatting tags (`<b>`, `<font>`, `<a>`) of the page." },
  );
}

export const isElement = (node: ChildNode | ParentNode): node is Element => "tagName" in node;

export function attributeOf(element: Element, name: string): string | undefined {
  return element.attrs.find((attribute) => attribute.name === name)?.value;
}

export function classesOf(element: Element): string[] {
  return (attributeOf(element, "class") ?? "").split(/\s+/).filter((name) => name !== "");
}

/** Every element below, in document order; the tree may be changed below the one just yielded. */
export function* elementsOf(root: ParentNode): Generator<Element> {
  const stack: ChildNode[] = root.childNodes.toReversed();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (!isElement(node)) continue;
    yield node;
    for (let index = node.childNodes.length - 1; index >= 0; index -= 1) {
      const child = node.childNodes[index];
      if (child) stack.push(child);
    }
  }
}

/** All text below, as it stands; a `br` is a line feed. */
export function textOf(root: ParentNode): string {
  let text = "";
  const stack: ChildNode[] = root.childNodes.toReversed();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if ("value" in node) text += node.value;
    else if (isElement(node)) {
      if (node.tagName === "br") text += "\n";
      stack.push(...node.childNodes.toReversed());
    }
  }
  return text;
}
