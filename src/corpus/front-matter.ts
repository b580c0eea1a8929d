import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { DocportError, messageOf } from "../lib/errors.ts";

/** JSON-like values only (dates are ISO 8601 strings), in objects without a prototype. */
export type FrontMatter = Readonly<Record<string, unknown>>;

const MAX_CHARS = 100_000;
const MAX_DEPTH = 64;
const MAX_VALUES = 20_000;

/** Flow brackets or block markers in a row: nesting that would only be there to exhaust us. */
const DEEP = /(?:[[{]\s*|[-?][ \t]+){64}/;

/** Anchors, aliases, tags and explicit keys, for each of which the parser looks back at the others. */
const MARK = /(?:^|[\s[{,:>-])[&*!?]/gm;
const MAX_MARKS = 2_000;

type Format = "YAML" | "TOML" | "JSON";

interface Block {
  readonly format: Format;
  readonly text: string;
  /** Where the document begins after it. */
  readonly end: number;
}

/**
 * Splits the front matter from the document: YAML between `---`, TOML between `+++`, or a JSON
 * object at the very beginning, as Hugo reads them. `body` begins on the line after it. Without
 * front matter the result is an empty object and the whole content.
 *
 * Expects line feeds as line ends. Throws ERR_PAGE_UNREADABLE when the block is there but is not
 * valid, is longer than 100,000 characters, is nested deeper than 64 levels, or has more than 2,000
 * of YAML's marks (`&`, `*`, `!`, `?`).
 */
export function splitFrontMatter(content: string): { frontMatter: FrontMatter; body: string } {
  const block = findBlock(content);
  if (!block) return { frontMatter: emptyObject(), body: content };
  if (block.text.length > MAX_CHARS) {
    throw unreadable(block.format, `is longer than ${MAX_CHARS.toLocaleString("en")} characters`);
  }
  if (DEEP.test(block.text)) throw unreadable(block.format, "is nested too deeply");
  if (block.format === "YAML" && (block.text.match(MARK)?.length ?? 0) > MAX_MARKS) {
    throw unreadable("YAML", "has more than 2,000 anchors, aliases, tags or explicit keys");
  }
  const value = parseBlock(block);
  if (value === null || value === undefined) {
    return { frontMatter: emptyObject(), body: content.slice(block.end) };
  }
  const copy = copyValue(value, { left: MAX_VALUES, format: block.format }, 0);
  // A thematic break at the top of a page, a line of prose and another break: no front matter.
  if (!isRecord(copy)) return { frontMatter: emptyObject(), body: content };
  return { frontMatter: copy, body: content.slice(block.end) };
}

function findBlock(content: string): Block | undefined {
  const fence = /^(---|\+\+\+)[ \t]*\n/.exec(content);
  if (fence) {
    const yaml = fence[1] === "---";
    const close = yaml ? /^(?:---|\.\.\.)[ \t]*$/gm : /^\+\+\+[ \t]*$/gm;
    close.lastIndex = fence[0].length;
    const found = close.exec(content);
    if (!found) return undefined;
    const text = content.slice(fence[0].length, found.index);
    return { format: yaml ? "YAML" : "TOML", text, end: afterLine(content, found.index) };
  }
  if (!/^\{\s*"/.test(content)) return undefined;
  const firstLine = afterLine(content, 0);
  if (/\}[ \t]*\n?$/.test(content.slice(0, firstLine))) {
    return { format: "JSON", text: content.slice(0, firstLine), end: firstLine };
  }
  const found = /^\}[ \t]*$/m.exec(content);
  if (!found) return undefined;
  const end = afterLine(content, found.index);
  return { format: "JSON", text: content.slice(0, end), end };
}

function afterLine(content: string, from: number): number {
  const lineFeed = content.indexOf("\n", from);
  return lineFeed < 0 ? content.length : lineFeed + 1;
}

const PARSERS: Readonly<Record<Format, (text: string) => unknown>> = {
  YAML: (text) => parseYaml(text, { logLevel: "error", uniqueKeys: false }),
  TOML: (text) => parseToml(text, { maxDepth: MAX_DEPTH }),
  JSON: (text) => JSON.parse(text),
};

function parseBlock({ format, text }: Block): unknown {
  try {
    return PARSERS[format](text);
  } catch (error) {
    const [reason = ""] = messageOf(error).split("\n");
    throw unreadable(format, `cannot be read: ${reason.replace(/:$/, "")}`, error);
  }
}

function copyValue(
  value: unknown,
  budget: { left: number; format: Format },
  depth: number,
): unknown {
  budget.left -= 1;
  if (budget.left < 0) throw unreadable(budget.format, `has more than ${MAX_VALUES} values`);
  if (depth > MAX_DEPTH) throw unreadable(budget.format, "is nested too deeply");
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => copyValue(item, budget, depth + 1));
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  const copy = emptyObject();
  for (const [key, item] of Object.entries(value)) {
    if (key !== "__proto__") copy[key] = copyValue(item, budget, depth + 1);
  }
  return copy;
}

function emptyObject(): Record<string, unknown> {
  const empty: Record<string, unknown> = { __proto__: null };
  return empty;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unreadable(format: Format, what: string, cause?: unknown): DocportError {
  return new DocportError("ERR_PAGE_UNREADABLE", `the ${format} front matter ${what}`, {
    hint: `Correct the ${format} between the markers at the top of the page.`,
    cause,
  });
}
