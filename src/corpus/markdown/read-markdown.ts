import type { Definition, Nodes, Root } from "mdast";
import { DocportError } from "../../lib/errors.ts";
import { readFragment } from "../html/read-fragment.ts";
import type { Block, BlockList } from "../sections/block.ts";
import { sliceEdited } from "../sections/source-edits.ts";
import { dropEsm, headingIdsAsComments } from "./drop-esm.ts";
import { linkLabel, linkTarget } from "./inline-markdown.ts";
import { isHiddenJsx, jsxHref, jsxTitle } from "./jsx.ts";
import { parseMarkdown } from "./parse-markdown.ts";
import { addLink, newContext, type ReadContext, spanOf } from "./read-context.ts";
import { hiddenEnd, readFlow, readHeading, readHtmlBlocks } from "./read-flow.ts";
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
): BlockList {
  const prepared = rewriteLines(kind === "mdx" ? dropEsm(source) : renderShortcodes(source));
  const { text, tree } = parse(prepared, kind, maxDepth);
  const context = newContext(text, maxDepth, definitionsOf(tree));
  const reader = new BlockReader(context);
  reader.readAll(tree.children, 0);
  return { blocks: reader.blocks, links: context.links };
}

function parse(
  source: string,
  kind: "markdown" | "mdx",
  maxDepth: number,
): { readonly text: string; readonly tree: Root } {
  if (kind === "mdx") {
    const text = headingIdsAsComments(source);
    try {
      return { text, tree: parseMarkdown(text, { maxDepth, mdx: true }) };
    } catch (error) {
      if (error instanceof DocportError) throw error;
    }
  }
  return { text: source, tree: parseMarkdown(source, { maxDepth, mdx: false }) };
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

  readAll(nodes: readonly Nodes[], column: number): void {
    for (let index = 0; index < nodes.length; index += 1) {
      const node = nodes[index];
      if (!node) break;
      if (node.type === "html") index = this.#readHtml(nodes, index);
      else if (node.type === "mdxJsxFlowElement") {
        if (isHiddenJsx(node)) continue;
        const [title, href] = [jsxTitle(node), jsxHref(node)];
        if (title !== "" && href !== undefined) {
          addLink(this.#context, href);
          this.#push(`[${linkLabel(title)}](${linkTarget(href)})`, node, title);
        } else if (title !== "") this.#push(`**${title}**`, node, title);
        this.readAll(node.children, column + 1);
      } else this.#readBlock(node, column > 0);
    }
  }

  #readHtml(nodes: readonly Nodes[], index: number): number {
    const node = nodes[index];
    if (node?.type !== "html") return index;
    const fragment = readFragment(node.value, this.#context.maxDepth);
    const { markdown } = readHtmlBlocks(fragment, this.#context);
    if (markdown !== "") this.#push(markdown, node);
    return hiddenEnd(nodes, index, fragment.opensHidden);
  }

  #readBlock(node: Nodes, inComponent: boolean): void {
    const context = this.#context;
    const heading =
      node.type === "heading" ? { level: node.depth, ...readHeading(node, context) } : undefined;
    if (!heading) readFlow(node, context);
    const span = spanOf(node);
    if (!span) return;
    const lineStart = context.source.lastIndexOf("\n", span.start - 1) + 1;
    const indent = context.source.slice(lineStart, span.start);
    const edited = sliceEdited(context.source, span.start, span.end, context.edits).trimEnd();
    const slice = node.type === "paragraph" ? edited.trimStart() : edited;
    const markdown = inComponent ? dedent(slice, indent.length) : `${indent}${slice}`;
    if (slice.trim() !== "") this.#push(markdown, node, undefined, heading);
    else this.#reset();
  }

  #push(markdown: string, node: Nodes, title?: string, heading?: Block["heading"]): void {
    const context = this.#context;
    const span = spanOf(node) ?? { start: this.#end, end: this.#end };
    const gap = context.source.slice(this.#end, span.start);
    const last = this.blocks.at(-1);
    if (last) {
      const tight = gap.indexOf("\n") === gap.lastIndexOf("\n") && gap.trim() === "" && gap !== "";
      this.blocks[this.blocks.length - 1] = { ...last, separator: tight ? "\n" : "\n\n" };
    }
    const text = title === undefined ? context.text.join("\n") : title;
    const { code } = context;
    this.blocks.push({
      markdown,
      separator: "\n",
      text,
      code,
      ...(heading ? { heading } : {}),
    });
    this.#end = span.end;
    this.#reset();
    if (node.type === "html" || title !== undefined) return;
    context.anchor = undefined;
  }

  #reset(): void {
    this.#context.edits = [];
    this.#context.text = [];
    this.#context.code = [];
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
