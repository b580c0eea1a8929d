import { parse as parseYaml } from "yaml";
import { isValues, textAt } from "../site/values.ts";

/** A page inside an `llms-full.txt`. */
export interface FullPage {
  readonly title: string | undefined;
  /** As the text says it: absolute, or a path. */
  readonly url: string | undefined;
  readonly description: string | undefined;
  readonly markdown: string;
}

/** A longer line is no heading, whatever it begins with. */
const MAX_HEADING_CHARACTERS = 500;
const SOURCE_LINE =
  /^(?:\*\*)?(?:Source|URL|Link|Page|Canonical)(?:\*\*)?: *(?:\*\* *)?<?([^\s<>]{1,2000})>? *$/i;
const PAGE_TAG = /^<\/?(?:page|doc|document)\b[^>]{0,2000}>\s*$/i;
/** How far below its heading a page says where it is from. */
const SOURCE_DISTANCE = 4;
/** Longest block between `---` lines that is taken for a page's facts. */
const MAX_FACTS_LINES = 40;

type Boundary = { readonly line: number; readonly bodyLine: number } & Omit<FullPage, "markdown">;

/**
 * Splits an `llms-full.txt` into its pages. There is no standard for it; seen in the wild are, and
 * tried here in this order: a block of facts between `---` lines with a title or URL before each
 * page; a `# Title` with a `Source:` or `URL:` line below it; nothing but `# ` headings. Whatever
 * marks the pages marks all of them, so that a heading inside a page does not cut it in two. Code
 * blocks are never looked into.
 */
export function splitLlmsFull(text: string): readonly FullPage[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const isCode = codeLines(lines);
  const boundaries =
    firstNonEmpty(factBlocks(lines, isCode), sourcedHeadings(lines, isCode)) ??
    plainHeadings(lines, isCode);
  const starts = boundaries[0]?.line === 0 ? boundaries : [PREAMBLE, ...boundaries];
  return starts
    .map((start, at) => {
      const end = starts[at + 1]?.line ?? lines.length;
      const body = lines
        .slice(start.bodyLine, end)
        .filter((line, offset) => isCode[start.bodyLine + offset] === true || !PAGE_TAG.test(line));
      const { title, url, description } = start;
      return { title, url, description, markdown: trimRules(body).join("\n") };
    })
    .filter(({ markdown }) => markdown.trim() !== "");
}

/** What stands before the first page: a site's name and summary. */
const PREAMBLE: Boundary = {
  line: 0,
  bodyLine: 0,
  title: undefined,
  url: undefined,
  description: undefined,
};

function firstNonEmpty(
  ...lists: readonly (readonly Boundary[])[]
): readonly Boundary[] | undefined {
  return lists.find((list) => list.length > 0);
}

/** Which lines are inside a fenced code block, fences included. */
function codeLines(lines: readonly string[]): readonly boolean[] {
  let fence: string | undefined;
  return lines.map((line) => {
    const mark = /^ {0,3}(`{3,}(?!`)|~{3,}(?!~))(.*)$/.exec(line);
    if (fence === undefined) {
      if (mark?.[1] !== undefined) fence = mark[1];
      return fence !== undefined;
    }
    const isEnd = mark?.[1] !== undefined && mark[1].startsWith(fence) && mark[2]?.trim() === "";
    if (isEnd) fence = undefined;
    return true;
  });
}

function factBlocks(lines: readonly string[], isCode: readonly boolean[]): Boundary[] {
  const boundaries: Boundary[] = [];
  for (let line = 0; line < lines.length; line++) {
    if (!isDashes(lines[line]) || isCode[line] === true) continue;
    const length = lines.slice(line + 1, line + MAX_FACTS_LINES).findIndex(isDashes);
    if (length < 0) continue;
    const end = line + 1 + length;
    const facts = factsOf(lines.slice(line + 1, end).join("\n"));
    if (facts === undefined) continue;
    boundaries.push({ line, bodyLine: end + 1, ...facts });
    line = end;
  }
  return boundaries;
}

function isDashes(line: string | undefined): boolean {
  return line?.trimEnd() === "---";
}

function factsOf(yaml: string): Omit<FullPage, "markdown"> | undefined {
  if (!/^(?:title|url|source|source_url|permalink|link)\s*:/im.test(yaml)) return undefined;
  let facts: unknown;
  try {
    facts = parseYaml(yaml, { maxAliasCount: 0 });
  } catch {
    return undefined;
  }
  if (!isValues(facts)) return undefined;
  const url = textAt(facts, "url", "source", "source_url", "permalink", "link");
  const title = textAt(facts, "title");
  if (url === undefined && title === undefined) return undefined;
  return { title, url, description: textAt(facts, "description", "summary") };
}

function sourcedHeadings(lines: readonly string[], isCode: readonly boolean[]): Boundary[] {
  return lines.flatMap((text, line): Boundary[] => {
    const title = isCode[line] === true ? undefined : headingOf(text);
    if (title === undefined) return [];
    for (let below = line + 1; below <= line + SOURCE_DISTANCE; below++) {
      const url = isCode[below] === true ? undefined : SOURCE_LINE.exec(lines[below] ?? "")?.[1];
      if (url !== undefined) {
        return [{ line, bodyLine: below + 1, title, url, description: undefined }];
      }
      if (/^#{1,6} /.test(lines[below] ?? "")) break;
    }
    return [];
  });
}

function headingOf(line: string): string | undefined {
  if (!line.startsWith("# ") || line.length > MAX_HEADING_CHARACTERS) return undefined;
  const title = line
    .slice(2)
    .trim()
    .replace(/(?<= )#+$/, "")
    .trim();
  return title === "" ? undefined : title;
}

function plainHeadings(lines: readonly string[], isCode: readonly boolean[]): Boundary[] {
  return lines.flatMap((text, line): Boundary[] => {
    const title = isCode[line] === true ? undefined : headingOf(text);
    if (title === undefined) return [];
    return [{ line, bodyLine: line + 1, title, url: undefined, description: undefined }];
  });
}

/** Without the rules (`---`, `=====`) that part pages from each other, and blank lines at the ends. */
function trimRules(lines: readonly string[]): readonly string[] {
  const isFiller = (line: string | undefined): boolean =>
    /^\s*(?:(?:-{3,}|={3,}|\*{3,})\s*)?$/.test(line ?? "");
  let from = 0;
  let to = lines.length;
  while (from < to && isFiller(lines[from])) from += 1;
  while (to > from && isFiller(lines[to - 1])) to -= 1;
  return lines.slice(from, to);
}
