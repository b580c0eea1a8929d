import { nestedTooDeeply } from "../sections/nested-too-deeply.ts";

/** The markers and indents a line begins with: all that can nest a block in another. */
const CONTAINERS = /^(?:[ \t>]|[-*+](?=[ \t\n])|\d{1,9}[.)](?=[ \t\n]))+/gm;
const MARKER = />|[-*+]|(?<!\d)\d+[.)]/g;

/**
 * Throws ERR_PAGE_UNREADABLE when quotes and list items are nested deeper than `maxDepth`, be it by
 * markers in one line or by indentation line after line. It goes by lines and runs before the
 * parser, whose time grows faster than the square of that number.
 */
export function checkContainerDepth(source: string, maxDepth: number): void {
  /** Columns of the markers that the current one may stand in. */
  const columns: number[] = [];
  for (const { 0: prefix, index } of source.matchAll(CONTAINERS)) {
    const wholeLine = (source[index + prefix.length] ?? "\n") === "\n";
    const nesting = wholeLine ? withoutRule(prefix) : prefix;
    const markers = [...nesting.matchAll(MARKER)];
    const [first] = markers;
    if (!first) continue;
    while ((columns.at(-1) ?? -1) >= first.index) columns.pop();
    if (columns.length + markers.length > maxDepth) throw nestedTooDeeply(maxDepth);
    columns.push(first.index);
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
