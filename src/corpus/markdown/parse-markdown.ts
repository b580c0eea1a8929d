import type { Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFootnoteFromMarkdown } from "mdast-util-gfm-footnote";
import { gfmStrikethroughFromMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTaskListItemFromMarkdown } from "mdast-util-gfm-task-list-item";
import { mdxExpressionFromMarkdown } from "mdast-util-mdx-expression";
import { mdxJsxFromMarkdown } from "mdast-util-mdx-jsx";
import { gfmFootnote } from "micromark-extension-gfm-footnote";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";
import { gfmTaskListItem } from "micromark-extension-gfm-task-list-item";
import { mdxExpression } from "micromark-extension-mdx-expression";
import { mdxJsx } from "micromark-extension-mdx-jsx";
import { mdxMd } from "micromark-extension-mdx-md";
import { nestedTooDeeply } from "../sections/nested-too-deeply.ts";
import { checkContainerDepth } from "./container-depth.ts";
import { parseBudget, type WorkBudget, workBudget } from "./parse-budget.ts";

const GFM_SYNTAX = [
  gfmTable(),
  gfmFootnote(),
  gfmStrikethrough({ singleTilde: false }),
  gfmTaskListItem(),
];
const GFM_TREE = [
  gfmTableFromMarkdown(),
  gfmFootnoteFromMarkdown(),
  gfmStrikethroughFromMarkdown(),
  gfmTaskListItemFromMarkdown(),
];
// Without a JavaScript parser: braces are counted, and nothing in a page can make it recurse.
const MDX_SYNTAX = [mdxExpression(), mdxJsx(), mdxMd()];
const MDX_TREE = [mdxExpressionFromMarkdown(), mdxJsxFromMarkdown()];

export interface ParseOptions {
  /** Levels of nodes in nodes. */
  readonly maxDepth: number;
  /** JSX and `{expressions}` instead of HTML and indented code. */
  readonly mdx: boolean;
  /** Default: its own, by its length. */
  readonly budget?: WorkBudget | undefined;
}

/**
 * The syntax tree (mdast, with positions) of GitHub Flavored Markdown without its bare-URL links,
 * or of MDX without ESM. Expects line feeds as line ends.
 *
 * Throws ERR_PAGE_UNREADABLE when nodes are nested deeper than `maxDepth` or the work of parsing is
 * out of proportion; whatever `micromark-extension-mdx-jsx` throws when MDX is not well formed.
 */
export function parseMarkdown(source: string, options: ParseOptions): Root {
  const { maxDepth, mdx, budget = workBudget(source.length) } = options;
  checkContainerDepth(source, maxDepth);
  const tree = fromMarkdown(source, {
    extensions: [...GFM_SYNTAX, ...(mdx ? MDX_SYNTAX : []), parseBudget(budget, mdx)],
    mdastExtensions: mdx ? [...GFM_TREE, ...MDX_TREE] : GFM_TREE,
  });
  checkTreeDepth(tree, maxDepth);
  return tree;
}

/** Throws ERR_PAGE_UNREADABLE when the tree is deeper than `maxDepth`; does not recurse itself. */
function checkTreeDepth(tree: Nodes, maxDepth: number): void {
  let level: readonly Nodes[] = [tree];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) throw nestedTooDeeply(maxDepth);
    level = level.flatMap((node): readonly Nodes[] => ("children" in node ? node.children : []));
  }
}
