import { defaultTreeAdapter } from "parse5";
import { stripInvisible } from "../sections/strip-invisible.ts";
import { isHidingStyle } from "./hiding-style.ts";
import {
  attributeOf,
  type ChildNode,
  classesOf,
  type Element,
  elementsOf,
  type HtmlScope,
  isElement,
  type ParentNode,
  textOf,
} from "./parse-html.ts";

/** Never prose: programs, styles, widgets, other documents. */
const NOT_TEXT = new Set(
  "script style template noscript iframe object embed svg canvas video audio map link meta base title head button input select textarea datalist dialog frameset".split(
    " ",
  ),
);
/** What stands round the text of a page. */
const CHROME_TAGS = new Set(["nav", "footer", "form", "menu"]);
const CHROME_ROLES = new Set(
  "navigation banner contentinfo search complementary menu menubar dialog alertdialog toolbar".split(
    " ",
  ),
);
/** Class names and ids that site generators give to such parts; whole names only. */
const CHROME_NAMES = new Set(
  "breadcrumb breadcrumbs sidebar toc table-of-contents on-this-page pagination pagination-nav pager prev-next prev-next-footer theme-doc-footer theme-doc-toc-mobile theme-doc-breadcrumbs cookie-banner cookie-consent cookie-notice cookies cookieconsent cc-window onetrust-consent-sdk consent-banner gdpr edit-this-page edit-page edit-link theme-edit-this-page feedback page-feedback social-share share-buttons skip-link skip-to-content skiplink copy-button copybtn clipboard-button announcement-bar linenos lineno line-numbers-rows gutter lnt ln".split(
    " ",
  ),
);
const VISUALLY_HIDDEN = new Set(
  "sr-only visually-hidden visuallyhidden screen-reader-text hidden d-none".split(" "),
);
const NOTE_CLASS =
  /(?:^|[-_ ])(?:note|tip|hint|warning|caution|danger|info|important|admonition|callout|alert|starlight-aside)(?:$|[-_ ])/i;
const EDIT_TEXT =
  /^(?:edit (?:this )?page(?: on [\w ]{1,20})?|edit on [\w ]{1,20}|improve this page|suggest (?:an )?edits?|view (?:page )?source|report an issue|skip to (?:main )?content|back to top)$/i;
const PERMALINK_TEXT = /^[\s#¶§\u{1f517}\u200b\ufeff]*$/u;

export function isHidden(element: Element): boolean {
  if (attributeOf(element, "hidden") !== undefined) return true;
  if (attributeOf(element, "aria-hidden")?.toLowerCase() === "true") return true;
  if (isHidingStyle(attributeOf(element, "style") ?? "")) return true;
  return classesOf(element).some((name) => VISUALLY_HIDDEN.has(name));
}

/** Whether an element's content is no text of the document, wherever it stands. */
export function isNotText(element: Element): boolean {
  return NOT_TEXT.has(element.tagName) || isHidden(element);
}

function isChrome(element: Element): boolean {
  const { tagName } = element;
  if (CHROME_TAGS.has(tagName)) return true;
  if (CHROME_ROLES.has(attributeOf(element, "role")?.toLowerCase() ?? "")) return true;
  if (tagName === "aside") return !isNote(element);
  if (tagName === "header") return !holdsTitle(element);
  if (tagName === "a" && EDIT_TEXT.test(textOf(element).trim().slice(0, 60))) return true;
  const id = attributeOf(element, "id");
  return classesOf(element).some((name) => CHROME_NAMES.has(name)) || CHROME_NAMES.has(id ?? "");
}

function isNote(element: Element): boolean {
  const role = attributeOf(element, "role");
  return role === "note" || NOTE_CLASS.test(attributeOf(element, "class")?.slice(0, 500) ?? "");
}

function holdsTitle(element: Element): boolean {
  for (const inner of elementsOf(element)) if (inner.tagName === "h1") return true;
  return false;
}

/**
 * Takes out of the tree what no reader of the text sees: programs, styles, hidden parts, comments
 * and, of a document, the navigation, banners, footers and forms round its text. A heading's own
 * link (`#`, `¶`) goes too, and leaves its target as the heading's id.
 */
export function pruneHtml(root: ParentNode, scope: HtmlScope): void {
  const stack: ParentNode[] = [root];
  for (let parent = stack.pop(); parent; parent = stack.pop()) {
    const { childNodes } = parent;
    const heading = isElement(parent) && /^h[1-6]$/.test(parent.tagName) ? parent : undefined;
    const kept: ChildNode[] = [];
    for (const child of childNodes) {
      if (child.nodeName === "#comment" || child.nodeName === "#documentType") continue;
      if (!isElement(child)) {
        if ("value" in child) child.value = stripInvisible(child.value);
        kept.push(child);
        continue;
      }
      for (const attribute of child.attrs) attribute.value = stripInvisible(attribute.value);
      // What shows when the pointer rests on a link is no part of the text.
      if (child.tagName === "a") child.attrs = child.attrs.filter(({ name }) => name !== "title");
      if (heading && takePermalink(child, heading)) continue;
      if (isDataImage(child)) {
        kept.push(defaultTreeAdapter.createTextNode(attributeOf(child, "alt") ?? ""));
        continue;
      }
      if (isNotText(child) || (scope === "document" && isChrome(child))) continue;
      kept.push(child);
      stack.push(child);
    }
    parent.childNodes = kept;
  }
}

/** A picture whose bytes are in the page; only its description is text. */
function isDataImage(element: Element): boolean {
  return element.tagName === "img" && /^\s*data:/i.test(attributeOf(element, "src") ?? "");
}

/** True when the element is the link of the heading to itself, which then has its target as id. */
function takePermalink(element: Element, heading: Element): boolean {
  if (element.tagName !== "a") return false;
  const name = attributeOf(element, "id") ?? attributeOf(element, "name");
  const href = attributeOf(element, "href");
  if (!PERMALINK_TEXT.test(textOf(element).slice(0, 20)) || holdsImage(element)) return false;
  const target = name ?? (href?.startsWith("#") ? href.slice(1) : undefined);
  if (target !== undefined && attributeOf(heading, "id") === undefined) {
    heading.attrs.push({ name: "id", value: target });
  }
  return target !== undefined;
}

function holdsImage(element: Element): boolean {
  for (const inner of elementsOf(element)) if (inner.tagName === "img") return true;
  return false;
}
