import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";

export interface PageLink {
  /** Plain text of the link, white space collapsed. */
  readonly text: string;
  /** As it is written. */
  readonly target: string;
}

export interface PageImage {
  readonly source: string;
  /** "" when there is none. */
  readonly alternative: string;
}

export interface PageReferences {
  readonly links: readonly PageLink[];
  readonly images: readonly PageImage[];
}

/** The links and images of a page's Markdown, in order; reference-style ones are resolved. */
export function referencesOf(markdown: string): PageReferences {
  const links: PageLink[] = [];
  const images: PageImage[] = [];
  const definitions = new Map<string, string>();
  const root = fromMarkdown(markdown);
  for (const node of nodesOf(root)) {
    if (node.type === "definition" && !definitions.has(node.identifier)) {
      definitions.set(node.identifier, node.url);
    }
  }
  for (const node of nodesOf(root)) {
    if (node.type === "link") links.push({ text: plainText(node), target: node.url });
    if (node.type === "linkReference") {
      const target = definitions.get(node.identifier);
      if (target !== undefined) links.push({ text: plainText(node), target });
    }
    if (node.type === "image") images.push({ source: node.url, alternative: node.alt ?? "" });
    if (node.type === "imageReference") {
      const source = definitions.get(node.identifier) ?? "";
      images.push({ source, alternative: node.alt ?? "" });
    }
  }
  return { links, images };
}

/** All nodes below `root` in document order, without recursion: nesting may be deep. */
function* nodesOf(root: Nodes): Iterable<Nodes> {
  const waiting: Nodes[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    yield node;
    if ("children" in node) waiting.push(...node.children.toReversed());
  }
}

function plainText(root: Nodes): string {
  const parts: string[] = [];
  for (const node of nodesOf(root)) {
    if (node.type === "text" || node.type === "inlineCode") parts.push(node.value);
    if (node.type === "image" || node.type === "imageReference") parts.push(node.alt ?? "");
  }
  return parts.join("").replace(/\s+/g, " ").trim();
}
