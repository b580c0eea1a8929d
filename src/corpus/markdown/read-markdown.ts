import type { Definition, Nodes, Root } from "mdast";
import type { MdxJsxFlowElement } from "mdast-util-mdx-jsx";
import { DocportError } from "../../lib/errors.ts";
import { mdastToMarkdown } from "../html/html-to-mdast.ts";
import { readConverted } from "../html/read-converted.ts";
import { readFragment } from "../html/read-fragment.ts";
import type { Block, BlockList } from "../sections/block.ts";
import { type Edit, sliceEdited } from "../sections/source-edits.ts";
import { dropEsm, headingIdsAsComments } from "./drop-esm.ts";
import { linkLabel, linkTarget } from "./inline-markdown.ts";
import { isHiddenJsx, jsxHref, jsxTitle } from "./jsx.ts";
import type { WorkBudget } from "./parse-budget.ts";
import { type ParseOptions, parseMarkdown } from "./parse-markdown.ts";
import { addLink, newContext, type ReadContext, spanOf } from "./read-context.ts";
import { hiddenEnd, readFlow, readHeading } from "./read-flow.ts";
import { renderShortcodes } from "./render-shortcodes.ts";
import { rewriteLines } from "./rewrite-lines.ts";

/**
 * The blocks of a Markdown or MDX document without front matter. What the author wrote stays as it
 * is written; taken out are shortcode calls, comments, tags, hidden parts, ESM and expressions, and
 * references to link definitions become links with their target. MDX that is not well formed is
 * read as Markdown. Expects line feeds as line ends. Throws like `parseMarkdown`.
 */
export function readMarkdown(
  source: string,
  kind: "markdown" | "mdx",
  maxDepth: number,
  budget?: WorkBudget,
): BlockList {
  const prepared = rewriteLines(kind === "mdx" ? dropEsm(source) : renderShortcodes(source));
  const { text, tree } = parse(prepared, kind, { maxDepth, budget });
  const context = newContext(text, maxDepth, definitionsOf(tree));
  const reader = new BlockReader(context);
  reader.readAll(tree.children, 0);
  return { blocks: reader.blocks, links: context.links };
}

function parse(
  source: string,
  kind: "markdown" | "mdx",
  options: Omit<ParseOptions, "mdx">,
): { readonly text: string; readonly tree: Root } {
  if (kind === "mdx") {
    const text = headingIdsAsComments(source);
    try {
      return { text, tree: parseMarkdown(text, { ...options, mdx: true }) };
    } catch (error) {
      if (error instanceof DocportError) throw error;
    }
  }
  return { text: source, tree: parseMarkdown(source, { ...options, mdx: false }) };
}

/** The first definition of each identifier, as CommonMark has it, wherever it stands. */
function definitionsOf(tree: Root): Map<string, Definition> {
  const definitions = new Map<string, Definition>();
  const stack: Nodes[] = [tree];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === "definition") {
      if (!definitions.has(node.identifier)) definitions.set(node.identifier, node);
    } else if ("children" in node && node.type !== "paragraph") {
      stack.push(...node.children.toReversed());
    }
  }
  return definitions;
}

/** Turns top-level nodes into blocks; the children of a component count as top-level too. */
class BlockReader {
  readonly blocks: Block[] = [];
  readonly #context: ReadContext;
  /** Where the last block ended in the source. */
  #end = 0;

  constructor(context: ReadContext) {
    this.#context = context;
  }

  readAll(nodes: readonly Nodes[], depth: number): void {
    for (let index = 0; index < nodes.length; index += 1) {
      const node = nodes[index];
      if (!node) break;
      if (node.type === "html") index = this.#readHtml(nodes, index);
      else if (node.type === "mdxJsxFlowElement") this.#readComponent(node, depth);
      else this.#readBlock(node, depth > 0);
    }
  }

  /** Returns the index of the last node that the HTML hides, or its own. */
  #readHtml(nodes: readonly Nodes[], index: number): number {
    const node = nodes[index];
    if (node?.type !== "html") return index;
    const context = this.#context;
    const fragment = readFragment(node.value, context.maxDepth);
    const { blocks, links } = readConverted(fragment.blocks, context.maxDepth);
    for (const link of links) addLink(context, link);
    for (const block of blocks) this.#push(block, node);
    context.anchor = fragment.anchor ?? context.anchor;
    return hiddenEnd(nodes, index, fragment.opensHidden);
  }

  #readComponent(node: MdxJsxFlowElement, depth: number): void {
    if (isHiddenJsx(node)) return;
    const [title, href] = [jsxTitle(node), jsxHref(node)];
    if (title !== "") {
      if (href !== undefined) addLink(this.#context, href);
      const label = linkLabel(title);
      const markdown = href === undefined ? `**${label}**` : `[${label}](${linkTarget(href)})`;
      this.#push({ markdown, text: title, code: [] }, node);
    }
    this.readAll(node.children, depth + 1);
  }

  #readBlock(node: Nodes, inComponent: boolean): void {
    const context = this.#context;
    const heading =
      node.type === "heading" ? { level: node.depth, ...readHeading(node, context) } : undefined;
    if (!heading) readFlow(node, context);
    const { edits, text, code } = context;
    context.edits = [];
    context.text = [];
    context.code = [];
    const markdown = this.#markdownOf(node, edits, inComponent);
    if (markdown.trim() === "") return;
    context.anchor = undefined;
    this.#push({ markdown, text: text.join("\n"), code, ...(heading && { heading }) }, node);
  }

  /** As it is written, but for the edits; indents only where they mean something. */
  #markdownOf(node: Nodes, edits: readonly Edit[], inComponent: boolean): string {
    const { source } = this.#context;
    const span = spanOf(node);
    if (!span) return "";
    // Indented code would become part of a list when what stood between them has gone.
    if (node.type === "code" && !/[`~]/.test(source[span.start] ?? ""))
      return mdastToMarkdown(node);
    const indent = source.slice(source.lastIndexOf("\n", span.start - 1) + 1, span.start);
    const slice = sliceEdited(source, span.start, span.end, edits).trimEnd();
    if (inComponent) return dedent(slice, indent.length);
    return node.type === "paragraph" ? slice.trimStart() : indent + slice;
  }

  /** Adds a block; what stood before it in the source says how far it is from the one before. */
  #push(block: Omit<Block, "separator">, node: Nodes): void {
    const span = spanOf(node) ?? { start: this.#end, end: this.#end };
    const last = this.blocks.at(-1);
    if (last) {
      const tight = /^[ \t]*\n[ \t]*$/.test(this.#context.source.slice(this.#end, span.start));
      this.blocks[this.blocks.length - 1] = { ...last, separator: tight ? "\n" : "\n\n" };
    }
    this.blocks.push({ ...block, separator: "\n" });
    this.#end = span.end;
  }
}

/** Without the indent that the first line had in its component, so that text is not read as code. */
function dedent(markdown: string, columns: number): string {
  if (columns === 0) return markdown;
  return markdown
    .split("\n")
    .map((line, index) => {
      const indent = line.length - line.trimStart().length;
      return index === 0 ? line : line.slice(Math.min(columns, indent));
    })
    .join("\n");
}
