import { codeRanges, rangeCursor } from "./code-ranges.ts";

const ESM = /^(?:import|export)\b(?=[ \t{*"'])/;
const SYNTAX =
  /^(?:import\s*(?:["'{*]|[\w$]+\s*(?:,|from\b))|export\s+(?:default|const|let|var|function|async|class|type|interface)\b|export\s*[{*])/;
const OPENING = /[({[]/g;
const CLOSING = /[)}\]]/g;
const HEADING_ID = /^([ \t]*#{1,6}[ \t][^\n]*)\{#([^\s{}*]+)\}[ \t]*$/gm;

/**
 * MDX without its `import` and `export` statements: each from the start of a block to the first
 * blank line at which its brackets are closed. Code blocks are left alone.
 */
export function dropEsm(source: string): string {
  if (!/^(?:import|export)\b/m.test(source)) return source;
  const inCode = rangeCursor(codeRanges(source));
  const out: string[] = [];
  let offset = 0;
  let open: number | undefined;
  let atBlockStart = true;
  for (const line of source.split("\n")) {
    const code = inCode(offset);
    offset += line.length + 1;
    const blank = line.trim() === "";
    if (open !== undefined && (!blank || open > 0)) {
      open += bracketBalance(line);
      continue;
    }
    open = undefined;
    if (!code && atBlockStart && ESM.test(line) && SYNTAX.test(line)) {
      open = bracketBalance(line);
      continue;
    }
    out.push(line);
    atBlockStart = blank;
  }
  return out.join("\n");
}

function bracketBalance(line: string): number {
  return (line.match(OPENING)?.length ?? 0) - (line.match(CLOSING)?.length ?? 0);
}

/** `## Title {#id}` is not MDX; the comment that stands for it is. */
export function headingIdsAsComments(source: string): string {
  if (!source.includes("{#")) return source;
  const inCode = rangeCursor(codeRanges(source));
  return source.replaceAll(HEADING_ID, (line, heading: string, id: string, offset: number) =>
    inCode(offset) ? line : `${heading}{/*#${id}*/}`,
  );
}
