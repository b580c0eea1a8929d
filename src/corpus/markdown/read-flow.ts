import type { Heading, Html, Nodes } from "mdast";
import type { MdxJsxFlowElement } from "mdast-util-mdx-jsx";
import { mdastToMarkdown } from "../html/html-to-mdast.ts";
import { type HtmlFragment, readFragment } from "../html/read-fragment.ts";
import { stripInvisible } from "../sections/strip-invisible.ts";
import { isHiddenJsx, jsxTitle, stringLiteral } from "./jsx.ts";
import { addLink, newContext, type ReadContext, replaceNode, spanOf } from "./read-context.ts";
import { readInline } from "./read-inline.ts";

/** The first line of an alert, a quote that is a note: `[!NOTE]`. */
const ALERT = /^\[!([A-Za-z]+)\][+-]?\s*/;

/** Reads one block and all below it into the context: text, code, links, and edits of the source. */
export function readFlow(node: Nodes, context: ReadContext): void {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- all others just have children
  switch (node.type) {
    case "paragraph": {
      const text = readInline(node.children, context, "paragraph");
      pushText(text.replace(ALERT, "$1: "), context);
      return;
    }
    case "heading":
      pushText(readInline(node.children, context, "line"), context);
      return;
    case "code":
      if (node.value !== "") context.code.push(node.value);
      return;
    case "table":
      for (const row of node.children) {
        const cells = row.children.map((cell) => readInline(cell.children, context, "line").trim());
        pushText(cells.filter((cell) => cell !== "").join(" "), context);
      }
      return;
    case "definition":
      if (context.inlineBudget >= 0) replaceNode(context, node, "");
      return;
    case "mdxFlowExpression":
      replaceNode(context, node, stringLiteral(node.value) ?? "");
      pushText(stringLiteral(node.value) ?? "", context);
      return;
    case "mdxJsxFlowElement":
      readNestedJsx(node, context);
      return;
    default:
      if ("children" in node) readSiblings(node.children, context);
  }
}

/** Blocks in a quote, a list item or a component; HTML among them may hide some that follow it. */
function readSiblings(nodes: readonly Nodes[], context: ReadContext): void {
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (!node) break;
    if (node.type !== "html") {
      readFlow(node, context);
      continue;
    }
    const fragment = readFragment(node.value, context.maxDepth);
    const end = hiddenEnd(nodes, index, fragment.opensHidden);
    const markdown = readHtmlBlocks(fragment, context);
    replaceNode(context, node, indented(markdown, node, context), nodes[end]);
    index = end;
  }
}

/** The Markdown of HTML between blocks; its text, code and links go to the context. */
function readHtmlBlocks(fragment: HtmlFragment, context: ReadContext): string {
  const inner = newContext("", context.maxDepth);
  for (const block of fragment.blocks) readFlow(block, inner);
  context.text.push(...inner.text);
  context.code.push(...inner.code);
  for (const link of inner.links) addLink(context, link);
  context.anchor = fragment.anchor ?? context.anchor;
  return fragment.blocks
    .map(mdastToMarkdown)
    .filter((markdown) => markdown !== "")
    .join("\n\n");
}

/** The index of the last node that belongs to a hidden element opened at `open`. */
export function hiddenEnd(nodes: readonly Nodes[], open: number, name: string | undefined): number {
  if (name === undefined) return open;
  let depth = 1;
  for (let index = open + 1; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (node?.type !== "html") continue;
    for (const [, slash, found] of node.value.matchAll(/<(\/?)([A-Za-z][^\s/>]*)/g)) {
      if (found?.toLowerCase() === name) depth += slash === "/" ? -1 : 1;
      if (depth === 0) return index;
    }
  }
  return nodes.length - 1;
}

/** Lines after the first get what the first line of the block is preceded by: quotes and indents. */
function indented(markdown: string, node: Html, context: ReadContext): string {
  const start = spanOf(node)?.start;
  if (start === undefined || !markdown.includes("\n")) return markdown;
  const lineStart = context.source.lastIndexOf("\n", start - 1) + 1;
  const prefix = context.source.slice(lineStart, start).replaceAll(/[^>\t]/g, " ");
  return markdown.replaceAll("\n", `\n${prefix}`);
}

function readNestedJsx(node: MdxJsxFlowElement, context: ReadContext): void {
  if (isHiddenJsx(node)) {
    replaceNode(context, node, "");
    return;
  }
  const title = jsxTitle(node);
  if (title !== "") pushText(title, context);
  const [span, first, last] = [node, node.children[0], node.children.at(-1)].map(spanOf);
  if (!span) return;
  if (!first || !last) {
    replaceNode(context, node, title);
    return;
  }
  context.edits.push({
    start: span.start,
    end: first.start,
    text: title === "" ? "" : `${title}: `,
  });
  context.edits.push({ start: last.end, end: span.end, text: "" });
  readSiblings(node.children, context);
}

/** The title of a heading, and the anchor its author gave it in braces, in a comment or as HTML. */
export function readHeading(
  node: Heading,
  context: ReadContext,
): { readonly title: string; readonly anchor: string | undefined } {
  const shown = stripInvisible(readInline(node.children, context, "line"));
  const title = shown.replaceAll(/\s+/g, " ").trim();
  const attributes = /^\{:?\s*#([^\s{}]+)(?![^\s{}])[^{}]*\}$/.exec(
    title.slice(Math.max(0, title.lastIndexOf("{"))),
  );
  const anchor = attributes?.[1] ?? node.data?.anchor ?? context.anchor;
  if (!attributes) return { title, anchor };
  const end = spanOf(node.children.at(-1))?.end;
  if (end !== undefined) {
    const start = context.source.lastIndexOf("{", end);
    const space =
      /(?<!\s)\s*$/.exec(context.source.slice(Math.max(0, start - 20), start))?.[0].length ?? 0;
    context.edits.push({ start: start - space, end, text: "" });
  }
  return { title: title.slice(0, title.lastIndexOf("{")).trim(), anchor };
}

function pushText(text: string, context: ReadContext): void {
  const trimmed = text.trim();
  if (trimmed !== "") context.text.push(trimmed);
}
