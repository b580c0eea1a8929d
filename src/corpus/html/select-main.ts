import {
  attributeOf,
  classesOf,
  type Element,
  elementsOf,
  type ParentNode,
  textOf,
} from "./parse-html.ts";

/** Classes and ids that generators give to the text of a page, where it is no `main`. */
const CONTENT_NAMES = new Set(
  "theme-doc-markdown markdown-body md-content vp-doc sl-markdown-content content main-content page-content post-content entry-content doc-content docs-content document rst-content td-content book-page markdown article-content".split(
    " ",
  ),
);

/**
 * The element that holds the text of a pruned page: the longest `main`, or the one `article` in it
 * that has most of its text; else the longest `article`, or an element with a name that generators
 * give to it, if it has at least half of the page's text; else the body.
 */
export function selectMain(root: ParentNode): ParentNode {
  const elements = [...elementsOf(root)];
  const body = elements.find((element) => element.tagName === "body") ?? root;
  const mains = elements.filter(isMain);
  const main = longest(mains);
  if (main && lengthOf(main) > 0) {
    const article = longest([...elementsOf(main)].filter(isArticle));
    return article && isMost(article, main) ? article : main;
  }
  const candidate = longest(elements.filter(isArticle)) ?? longest(elements.filter(hasContentName));
  return candidate && isMost(candidate, body) ? candidate : body;
}

const isMain = (element: Element): boolean =>
  element.tagName === "main" || attributeOf(element, "role") === "main";
const isArticle = (element: Element): boolean => element.tagName === "article";
const hasContentName = (element: Element): boolean =>
  CONTENT_NAMES.has(attributeOf(element, "id") ?? "") ||
  classesOf(element).some((name) => CONTENT_NAMES.has(name));

function longest(elements: readonly Element[]): Element | undefined {
  let best: Element | undefined;
  let most = -1;
  for (const element of elements) {
    const length = lengthOf(element);
    if (length > most) [best, most] = [element, length];
  }
  return best;
}

function isMost(part: ParentNode, whole: ParentNode): boolean {
  return lengthOf(part) * 2 >= lengthOf(whole);
}

function lengthOf(element: ParentNode): number {
  return textOf(element).replaceAll(/\s+/g, "").length;
}
