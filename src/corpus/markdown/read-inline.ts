import type { Html, Image, ImageReference, Link, LinkReference, Nodes } from "mdast";
import type { MdxJsxTextElement } from "mdast-util-mdx-jsx";
import { attributeOf, type Element } from "../html/parse-html.ts";
import { isNotText } from "../html/prune-html.ts";
import { readInlineTag } from "../html/read-fragment.ts";
import { codeSpan, isDataUrl, linkLabel, linkTarget } from "./inline-markdown.ts";
import { isHiddenJsx, jsxAttribute, jsxHref, jsxTitle, stringLiteral } from "./jsx.ts";
import { addLink, type ReadContext, replaceNode, spanOf } from "./read-context.ts";

const BARE_URL = /https?:\/\/[^\s<>"'`]{1,2000}/g;
const VOID = new Set(["br", "img", "hr", "input", "wbr", "link", "meta", "source", "embed"]);
/** How many nodes on the end of an inline `<a>` or `<code>` is looked for. */
const LOOK_AHEAD = 50;

/** Where the inline nodes stand: a table's cells and headings have room for one line only. */
export type InlineRoom = "paragraph" | "line";

/**
 * The plain text of inline nodes, in reading order, markup removed. Edits that take tags, comments
 * and hidden parts out of the source go to the context; so do links and anchors.
 */
export function readInline(
  nodes: readonly Nodes[],
  context: ReadContext,
  room: InlineRoom,
): string {
  let text = "";
  const linkEnds = new Map<number, string>();
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (!node) break;
    if (node.type !== "html") {
      text += readPhrase(node, context, room);
      continue;
    }
    const href = linkEnds.get(index);
    const tag = href === undefined ? readInlineTag(node.value) : undefined;
    if (tag?.kind !== "opening") {
      replaceNode(context, node, href === undefined ? "" : `](${linkTarget(href)})`);
      continue;
    }
    const { name, element } = tag;
    if (isNotText(element)) {
      const end = VOID.has(name) ? index : (closingIndex(nodes, index, name) ?? nodes.length - 1);
      replaceNode(context, node, "", nodes[end]);
      index = end;
    } else if (name === "code" || name === "kbd" || name === "samp" || name === "tt") {
      const end = closingIndex(nodes, index, name, LOOK_AHEAD);
      if (end === undefined) {
        replaceNode(context, node, "");
        continue;
      }
      const code = readInline(nodes.slice(index + 1, end), context, room);
      replaceNode(context, node, codeSpan(code, room === "line"), nodes[end]);
      text += code;
      index = end;
    } else if (name === "a") {
      const end = openLink(node, element, closingIndex(nodes, index, name, LOOK_AHEAD), context);
      if (end) linkEnds.set(end.index, end.href);
    } else text += readVoid(node, element, context, room);
  }
  return text;
}

/** `[` for a link that ends at a later node; nothing for an anchor, which the context remembers. */
function openLink(
  node: Html,
  element: Element,
  end: number | undefined,
  context: ReadContext,
): { index: number; href: string } | undefined {
  const href = attributeOf(element, "href");
  context.anchor = attributeOf(element, "id") ?? attributeOf(element, "name") ?? context.anchor;
  const linked = href !== undefined && end !== undefined && !/^\s*(?:javascript|data):/i.test(href);
  replaceNode(context, node, linked ? "[" : "");
  if (!linked) return undefined;
  addLink(context, href);
  return { index: end, href };
}

function readVoid(node: Html, element: Element, context: ReadContext, room: InlineRoom): string {
  if (element.tagName === "br") {
    const end = spanOf(node)?.end ?? 0;
    const hardBreak = context.source[end] === "\n" ? "\\" : "\\\n";
    replaceNode(context, node, room === "line" ? " " : hardBreak);
    return " ";
  }
  if (element.tagName !== "img") {
    replaceNode(context, node, "");
    return "";
  }
  return replaceImage(
    node,
    attributeOf(element, "src") ?? "",
    attributeOf(element, "alt") ?? "",
    context,
  );
}

function replaceImage(node: Nodes, url: string, alt: string, context: ReadContext): string {
  const label = linkLabel(alt);
  replaceNode(
    context,
    node,
    url === "" || isDataUrl(url) ? label : `![${label}](${linkTarget(url)})`,
  );
  return alt;
}

/** The index of the tag that closes the one at `open`, counting those of the same name between. */
function closingIndex(
  nodes: readonly Nodes[],
  open: number,
  name: string,
  lookAhead = Number.POSITIVE_INFINITY,
): number | undefined {
  let depth = 1;
  for (let index = open + 1; index < Math.min(nodes.length, open + lookAhead); index += 1) {
    const node = nodes[index];
    if (node?.type !== "html") continue;
    const [, slash, found] = /^<(\/?)([A-Za-z][^\s/>]*)/.exec(node.value) ?? [];
    if (found?.toLowerCase() !== name) continue;
    depth += slash === "/" ? -1 : 1;
    if (depth === 0) return index;
  }
  return undefined;
}

function readPhrase(node: Nodes, context: ReadContext, room: InlineRoom): string {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- all others just have children
  switch (node.type) {
    case "text":
      for (const [url] of node.value.matchAll(BARE_URL)) {
        addLink(context, url.replace(/[.,;:!?)\]*_]{1,10}$/, ""));
      }
      return oneLine(node.value);
    case "inlineCode":
      return node.value;
    case "break":
      return " ";
    case "image":
      return readImage(node, context);
    case "imageReference":
    case "linkReference":
      return readReference(node, context, room);
    case "link":
      return readLink(node, context, room);
    case "mdxTextExpression": {
      const text = stringLiteral(node.value) ?? "";
      const id = /^\s*\/\*\s*#([^\s{}*]+)\s*\*\/\s*$/.exec(node.value)?.[1];
      if (id !== undefined) context.anchor = id;
      replaceNode(context, node, text);
      return text;
    }
    case "mdxJsxTextElement":
      return readJsx(node, context, room);
    default:
      return "children" in node ? readInline(node.children, context, room) : "";
  }
}

/** Soft line breaks as spaces; the mark of a definition (`: `) at the start of a line goes. */
function oneLine(value: string): string {
  if (!value.includes("\n")) return value;
  const [first = "", ...rest] = value.split("\n");
  const lines = rest.map((line) => (line.startsWith(": ") ? line.slice(2) : line));
  return [first, ...lines].join(" ");
}

/** An address that is its own label is one link, not two. */
function readLink(node: Link, context: ReadContext, room: InlineRoom): string {
  addLink(context, node.url);
  const count = context.links.length;
  const text = readInline(node.children, context, room);
  context.links.length = count;
  return text;
}

function readImage(node: Image, context: ReadContext): string {
  if (isDataUrl(node.url)) replaceNode(context, node, linkLabel(node.alt ?? ""));
  return node.alt ?? "";
}

/** Writes the target out, so that a section can be read without the rest of its page. */
function readReference(
  node: LinkReference | ImageReference,
  context: ReadContext,
  room: InlineRoom,
): string {
  const definition = context.definitions.get(node.identifier);
  const children = node.type === "linkReference" ? node.children : [];
  const span = spanOf(node);
  const labelEnd = node.type === "linkReference" ? spanOf(children.at(-1))?.end : undefined;
  if (definition && span) {
    const target = linkTarget(definition.url, definition.title);
    const start =
      labelEnd ??
      span.start + 2 + (node.type === "imageReference" ? labelLength(node, context) : 0);
    context.inlineBudget -= target.length;
    if (context.inlineBudget >= 0) {
      context.edits.push({ start, end: span.end, text: `](${target})` });
    }
    if (node.type === "linkReference") addLink(context, definition.url);
  }
  return node.type === "linkReference" ? readInline(children, context, room) : (node.alt ?? "");
}

/** Characters of the source between `![` and the `]` that ends the label. */
function labelLength(node: ImageReference, context: ReadContext): number {
  const span = spanOf(node);
  if (!span) return 0;
  const source = context.source.slice(span.start, span.end);
  const end = node.referenceType === "shortcut" ? source.length - 1 : source.lastIndexOf("][");
  return Math.max(0, end - 2);
}

/** Elements whose text does not run on into what is beside them. */
const JSX_BLOCK = /^(?:summary|details|p|div|li|ul|ol|t[dhr]|h[1-6]|[A-Z].*)$/;
const JSX_CODE = new Set(["code", "kbd", "samp"]);

function readJsx(node: MdxJsxTextElement, context: ReadContext, room: InlineRoom): string {
  const span = spanOf(node);
  if (isHiddenJsx(node)) {
    replaceNode(context, node, "");
    return "";
  }
  if (node.name === "br") {
    replaceNode(context, node, room === "line" ? " " : "\\\n");
    return " ";
  }
  if (node.name === "img") {
    return replaceImage(
      node,
      jsxAttribute(node, "src") ?? "",
      jsxAttribute(node, "alt") ?? "",
      context,
    );
  }
  const title = jsxTitle(node);
  const [first, last] = [spanOf(node.children[0]), spanOf(node.children.at(-1))];
  const text = readInline(node.children, context, room);
  if (!span) return text;
  if (!first || !last) {
    replaceNode(context, node, title);
    return title;
  }
  if (JSX_CODE.has(node.name ?? "")) {
    replaceNode(context, node, codeSpan(text, room === "line"));
    return text;
  }
  const href = jsxHref(node);
  if (href !== undefined) addLink(context, href);
  const space = JSX_BLOCK.test(node.name ?? "") ? " " : "";
  const opening = title === "" ? space : `${space}${title} `;
  context.edits.push(
    { start: span.start, end: first.start, text: href === undefined ? opening : "[" },
    { start: last.end, end: span.end, text: href === undefined ? space : `](${linkTarget(href)})` },
  );
  return href === undefined ? opening + text + space : text;
}
