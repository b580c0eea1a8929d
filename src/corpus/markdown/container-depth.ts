import { nestedTooDeeply } from "../sections/nested-too-deeply.ts";

/** The markers and indents a line begins with: all that can nest a block in another. */
const CONTAINERS = /^(?:[ \t>]|[-*+](?=[ \t\n])|\d{1,9}[.)](?=[ \t\n]))+/gm;
const MARKER = />|[-*+]|\d+[.)]/g;

/**
 * Throws ERR_PAGE_UNREADABLE when a line opens more than `maxDepth` quotes and list items at once.
 * It runs before the parser, whose time grows with the square of that number; the depth that is
 * built up by indentation costs as many characters as it takes time, and needs no check here.
 */
export function checkContainerDepth(source: string, maxDepth: number): void {
  for (const { 0: prefix, index } of source.matchAll(CONTAINERS)) {
    if (prefix.length <= maxDepth) continue;
    const wholeLine = (source[index + prefix.length] ?? "\n") === "\n";
    const nesting = wholeLine ? withoutRule(prefix) : prefix;
    const markers = nesting.match(MARKER)?.length ?? 0;
    if (markers > maxDepth) throw nestedTooDeeply(maxDepth);
  }
}

/** `> * * * *` without the thematic break at its end, which is long but nests nothing. */
function withoutRule(prefix: string): string {
  const trimmed = prefix.trimEnd();
  const marker = trimmed.at(-1);
  let end = trimmed.length;
  while (end > 0 && (trimmed[end - 1] === marker || /[ \t]/.test(trimmed[end - 1] ?? ""))) end -= 1;
  return marker === ">" ? prefix : prefix.slice(0, end);
}
