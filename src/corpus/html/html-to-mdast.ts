import type { Element as HastElement } from "hast";
import { fromParse5 } from "hast-util-from-parse5";
import { defaultHandlers, type Handle, toMdast } from "hast-util-to-mdast";
import type { Heading, RootContent } from "mdast";
import { gfmStrikethroughToMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableToMarkdown } from "mdast-util-gfm-table";
import { gfmTaskListItemToMarkdown } from "mdast-util-gfm-task-list-item";
import { toMarkdown } from "mdast-util-to-markdown";
import { normalizeCodeBlocks } from "./code-blocks.ts";
import { flattenInline } from "./flatten-inline.ts";
import type { ParentNode } from "./parse-html.ts";

declare module "mdast" {
  interface HeadingData {
    /** The id of the HTML element that the heading was read from. */
    anchor?: string;
  }
}

const heading: Handle = (state, element: HastElement): Heading => {
  const result = defaultHandlers.h1(state, element);
  const { id } = element.properties;
  if (typeof id === "string" && id !== "") result.data = { anchor: id };
  return result;
};

const HANDLERS = { h1: heading, h2: heading, h3: heading, h4: heading, h5: heading, h6: heading };

/** The blocks of Markdown that say what the (pruned) HTML says. Changes the tree. */
export function htmlToMdast(root: ParentNode): RootContent[] {
  normalizeCodeBlocks(root);
  flattenInline(root);
  const tree = toMdast(fromParse5(root), { document: true, handlers: HANDLERS });
  return tree.type === "root" ? tree.children : [];
}

const TO_MARKDOWN = {
  bullet: "-",
  fences: true,
  listItemIndent: "one",
  rule: "-",
  extensions: [
    gfmTableToMarkdown({ tablePipeAlign: false }),
    gfmStrikethroughToMarkdown(),
    gfmTaskListItemToMarkdown(),
  ],
} as const;

/** A block as Markdown, without a line end at its end. */
export function mdastToMarkdown(block: RootContent): string {
  const { extensions, ...options } = TO_MARKDOWN;
  const tree = { type: "root" as const, children: [block] };
  return toMarkdown(tree, { ...options, extensions: [...extensions] }).trimEnd();
}
