import { defaultTreeAdapter, html } from "parse5";
import { DocportError, messageOf } from "../../lib/errors.ts";
import { ConversionError, convert } from "../convert/convert.ts";
import { htmlToMdast } from "../html/html-to-mdast.ts";
import {
  classesOf,
  type Element,
  elementsOf,
  type ParentNode,
  parseHtml,
  textOf,
} from "../html/parse-html.ts";
import { pruneHtml } from "../html/prune-html.ts";
import { readConverted } from "../html/read-converted.ts";
import type { DocumentBlocks } from "../read-document.ts";

const TIMEOUT_MS = 30_000;

/** Attributes that the page may not change: what Docport does itself, or what would be noise. */
const ATTRIBUTES = {
  showtitle: "",
  "skip-front-matter": "",
  toc: null,
  sectanchors: null,
  sectlinks: null,
  icons: null,
  stem: null,
  "source-highlighter": null,
};

interface AsciidocHtml {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly language: string | undefined;
  readonly html: string;
}

/**
 * A page of AsciiDoc, read by Asciidoctor; headings have the ids that it gives them. No other file
 * is read: an include becomes a link. Throws ERR_PAGE_UNREADABLE when it takes longer than
 * 30 seconds, or is nested deeper than `maxDepth`.
 */
export async function readAsciidoc(text: string, maxDepth: number): Promise<DocumentBlocks> {
  const page = await toHtml(text);
  const root = parseHtml(page.html, "fragment", 2 * maxDepth);
  for (const element of elementsOf(root)) {
    if (classesOf(element).includes("admonitionblock")) unfoldAdmonition(element);
  }
  pruneHtml(root, "fragment");
  const title = page.title?.replaceAll(/\s+/g, " ").trim();
  return {
    ...readConverted(htmlToMdast(root), maxDepth),
    title: title === "" ? undefined : title,
    description: page.description,
    language: page.language,
  };
}

async function toHtml(text: string): Promise<AsciidocHtml> {
  try {
    const input = { text, attributes: ATTRIBUTES };
    const output = await convert({ kind: "asciidoc", input, timeoutMs: TIMEOUT_MS });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made by asciidoc-to-html.js
    return output as AsciidocHtml;
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    const reason = `it is no AsciiDoc that can be read: ${messageOf(error)}`;
    throw new DocportError("ERR_PAGE_UNREADABLE", reason, { cause: error });
  }
}

/** A note is laid out as a table of an icon and a text; it becomes a quote that begins with its kind. */
function unfoldAdmonition(block: Element): void {
  const inner = [...elementsOf(block)];
  const table = inner.find(({ tagName }) => tagName === "table");
  const cells = inner.filter(({ tagName }) => tagName === "td");
  const [icon, content] = cells;
  if (!table || !icon || !content) return;
  const label = defaultTreeAdapter.createElement("p", html.NS.HTML, []);
  const strong = defaultTreeAdapter.createElement("strong", html.NS.HTML, []);
  defaultTreeAdapter.insertText(strong, textOf(icon).trim());
  defaultTreeAdapter.appendChild(label, strong);
  rename(block, "blockquote");
  block.childNodes = [];
  defaultTreeAdapter.appendChild(block, label);
  for (const child of content.childNodes) {
    child.parentNode = block as ParentNode;
    block.childNodes.push(child);
  }
}

function rename(element: Element, tagName: string): void {
  element.tagName = element.nodeName = tagName;
}
