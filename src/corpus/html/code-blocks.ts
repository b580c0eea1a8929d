import { defaultTreeAdapter, html } from "parse5";
import {
  attributeOf,
  classesOf,
  type Element,
  elementsOf,
  isElement,
  type ParentNode,
  textOf,
} from "./parse-html.ts";

const LANGUAGE_CLASS =
  /^(?:language|lang|highlight-source|highlight|brush:?|sourceCode)-([\w+#.-]{1,30})$/;
const NO_LANGUAGE = new Set(["none", "plain", "default", "plaintext", "text", "notranslate"]);
/** Tables that only put line numbers beside the code. */
const LAYOUT_TABLES = new Set(["highlighttable", "rouge-table", "lntable", "codehilitetable"]);
const WRAPPERS = 4;

/**
 * Brings the code blocks of highlighters (Prism, Chroma, Pygments, Rouge, Shiki) to one form:
 * `<pre><code class="language-x">` with nothing but text in it.
 */
export function normalizeCodeBlocks(root: ParentNode): void {
  for (const element of elementsOf(root)) {
    if (element.tagName === "table" && classesOf(element).some((name) => LAYOUT_TABLES.has(name))) {
      unfoldTable(element);
    } else if (element.tagName === "pre") normalizePre(element);
  }
}

function unfoldTable(table: Element): void {
  table.tagName = table.nodeName = "div";
  for (const inner of elementsOf(table)) {
    if (/^(?:tbody|tr|td)$/.test(inner.tagName)) inner.tagName = inner.nodeName = "div";
  }
}

function normalizePre(pre: Element): void {
  const text = textOf(pre);
  if (text.trim() === "") {
    pre.childNodes = [];
    pre.tagName = pre.nodeName = "div";
    return;
  }
  const language = languageOf(pre);
  const attrs = language === undefined ? [] : [{ name: "class", value: `language-${language}` }];
  const code = defaultTreeAdapter.createElement("code", html.NS.HTML, attrs);
  defaultTreeAdapter.insertText(code, text);
  pre.childNodes = [];
  defaultTreeAdapter.appendChild(pre, code);
}

/** From the `code` inside, the `pre` itself, or one of the next wrappers round it. */
function languageOf(pre: Element): string | undefined {
  const inside = [...elementsOf(pre)].find((element) => element.tagName === "code");
  const candidates: Element[] = inside ? [inside, pre] : [pre];
  let { parentNode } = pre;
  while (parentNode && isElement(parentNode) && candidates.length < WRAPPERS) {
    candidates.push(parentNode);
    parentNode = parentNode.parentNode;
  }
  for (const element of candidates) {
    const named = attributeOf(element, "data-lang") ?? attributeOf(element, "data-language");
    const classed = classesOf(element).map((name) => LANGUAGE_CLASS.exec(name)?.[1]);
    const language = [named, ...classed].find(
      (name) => name !== undefined && /^[\w+#.-]{1,30}$/.test(name),
    );
    if (language !== undefined) return NO_LANGUAGE.has(language) ? undefined : language;
  }
  return undefined;
}
