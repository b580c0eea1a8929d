import type { Definition, Nodes } from "mdast";
import type { Edit } from "../sections/source-edits.ts";
import { stripInvisible } from "../sections/strip-invisible.ts";

const MAX_LINKS = 5000;
const MAX_LINK_CHARS = 2000;

/** What is gathered while the blocks of a page are read, one block after the other. */
export interface ReadContext {
  /** The Markdown that the nodes' positions point into; "" when they have none. */
  readonly source: string;
  readonly maxDepth: number;
  /** Link definitions of the page by normalized identifier. */
  readonly definitions: ReadonlyMap<string, Definition>;
  /** Characters that references may still grow by when their targets are written out. */
  inlineBudget: number;
  readonly links: string[];
  /** Of the block being read. */
  edits: Edit[];
  text: string[];
  code: string[];
  /** An anchor set in or just before the block being read. */
  anchor: string | undefined;
}

export function newContext(
  source: string,
  maxDepth: number,
  definitions: ReadonlyMap<string, Definition> = new Map(),
): ReadContext {
  return {
    source,
    maxDepth,
    definitions,
    inlineBudget: source.length + 10_000,
    links: [],
    edits: [],
    text: [],
    code: [],
    anchor: undefined,
  };
}

export function addLink(context: ReadContext, url: string): void {
  if (url.length > MAX_LINK_CHARS || context.links.length >= MAX_LINKS) return;
  const visible = stripInvisible(url).trim();
  if (visible !== "") context.links.push(visible);
}

/** Where a node stands in the source; undefined when it was made, not read. */
export function spanOf(node: Nodes | undefined): { start: number; end: number } | undefined {
  const start = node?.position?.start.offset;
  const end = node?.position?.end.offset;
  return start === undefined || end === undefined ? undefined : { start, end };
}

/** Puts `text` in the place of a node, or of all from one node to another. */
export function replaceNode(
  context: ReadContext,
  node: Nodes,
  text: string,
  last: Nodes = node,
): void {
  const [from, to] = [spanOf(node), spanOf(last)];
  if (from && to) context.edits.push({ start: from.start, end: to.end, text });
}
