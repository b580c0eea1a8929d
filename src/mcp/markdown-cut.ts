/**
 * Where to end a piece of Markdown of at most `end` UTF-16 units: after the last blank line outside
 * a code block, when that keeps three fifths of it; else after the last line; else at `end`. A pair
 * of surrogates is not cut. At least one unit is kept when `end` is above zero.
 */
export function cutMarkdown(markdown: string, end: number): number {
  if (end >= markdown.length) return markdown.length;
  let fence = "";
  let lineEnd = 0;
  let blockEnd = 0;
  for (let start = 0; start < end; ) {
    const next = markdown.indexOf("\n", start) + 1;
    if (next === 0 || next > end) break;
    const line = markdown.slice(start, next).trim();
    const mark = /^(`{3,}|~{3,})/.exec(line)?.[1] ?? "";
    if (fence === "") fence = mark;
    else if (mark.startsWith(fence) && mark.length === line.length) fence = "";
    lineEnd = next;
    if (line === "" && fence === "") blockEnd = next;
    start = next;
  }
  if (blockEnd >= end * 0.6) return blockEnd;
  if (lineEnd >= end * 0.6) return lineEnd;
  const code = markdown.charCodeAt(end - 1);
  return end > 1 && code >= 0xd800 && code < 0xdc00 ? end - 1 : end;
}
