import type { RootContent } from "mdast";
import { newContext } from "../markdown/read-context.ts";
import { readFlow, readHeading } from "../markdown/read-flow.ts";
import type { Block, BlockList } from "../sections/block.ts";
import { mdastToMarkdown } from "./html-to-mdast.ts";

/** The blocks that HTML became, written as Markdown; those that show nothing are left out. */
export function readConverted(nodes: readonly RootContent[], maxDepth: number): BlockList {
  const context = newContext("", maxDepth);
  const blocks: Block[] = [];
  for (const node of nodes) {
    context.text = [];
    context.code = [];
    context.anchor = undefined;
    const heading =
      node.type === "heading" ? { level: node.depth, ...readHeading(node, context) } : undefined;
    if (!heading) readFlow(node, context);
    const markdown = mdastToMarkdown(node);
    if (markdown === "") continue;
    const { text, code } = context;
    blocks.push({
      markdown,
      separator: "\n\n",
      text: text.join("\n"),
      code,
      ...(heading && { heading }),
    });
  }
  return { blocks, links: context.links };
}
