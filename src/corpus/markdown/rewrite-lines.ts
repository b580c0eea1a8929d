import { codeRanges, rangeCursor } from "./code-ranges.ts";

const COLON_FENCE = /^([ \t>]*):{3,}(?!:)(.*)$/;
const COLON_TYPE = /^\{?\.?([A-Za-z][\w-]*)\}?(?=[\s[{]|$)/;
const BANG_ADMONITION =
  /^[ \t]*(?:!!!|\?\?\?\+?)[ \t]+([A-Za-z][\w-]*)((?:[ \t]+[\w-]+)*)[ \t]*(?:"([^"]*)")?$/;
const ATTRIBUTE_LINE = /^[ \t]*\{:?[ \t]*(?:[.#][^\s{}][^{}]*|[\w-]+=[^{}]*|toc)\}$/;
const ID = /#([^\s{}]+)/;
const ATX_HEADING = /^ {0,3}#{1,6}[ \t]/;
const ANY = /^[ \t>]*(?::::|!!!|\?\?\?|\{)/m;

/**
 * The source with the block syntaxes that CommonMark does not know put into those it does: the
 * fences of admonitions (`:::note Title`, `!!! note "Title"` with its indented text) become a bold
 * line, and attribute lists on a line of their own (`{.class}`, `{: #id}`) go, an id onto the
 * heading above. Code blocks are left alone. Nothing is changed in a source without such lines.
 */
export function rewriteLines(source: string): string {
  if (!ANY.test(source)) return source;
  const inCode = rangeCursor(codeRanges(source));
  const out: string[] = [];
  let offset = 0;
  let dedentBelow: number | undefined;
  for (const line of source.split("\n")) {
    const code = inCode(offset);
    offset += line.length + 1;
    if (dedentBelow !== undefined && line.trim() !== "" && indentOf(line) < dedentBelow) {
      dedentBelow = undefined;
    }
    const text = dedentBelow === undefined ? line : line.slice(Math.min(4, indentOf(line)));
    if (code) {
      out.push(text);
      continue;
    }
    const trimmed = text.trimEnd();
    const bang = BANG_ADMONITION.exec(trimmed);
    if (bang) dedentBelow = indentOf(line) + 4;
    const admonition = bang
      ? titled(text.slice(0, indentOf(text)), bang[1] ?? "", bang[3] ?? "")
      : colonFence(trimmed);
    if (admonition) {
      out.push(...admonition);
      continue;
    }
    const attributes = ATTRIBUTE_LINE.exec(trimmed);
    if (attributes) {
      const id = ID.exec(attributes[0])?.[1];
      const above = out.at(-1);
      if (id !== undefined && above !== undefined && ATX_HEADING.test(above)) {
        out[out.length - 1] = `${above} {#${id}}`;
      }
      continue;
    }
    out.push(text);
  }
  return out.join("\n");
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** The lines for `:::note[Title]{attributes}`, `:::note Title` or the closing `:::`. */
function colonFence(line: string): string[] | undefined {
  const fence = COLON_FENCE.exec(line);
  if (!fence) return undefined;
  const [, prefix = "", rest = ""] = fence;
  const info = rest.trim();
  const type = COLON_TYPE.exec(info);
  const after = info.slice(type?.[0].length ?? 0).trim();
  const attributes = after.indexOf("{");
  const shown = attributes < 0 ? after : after.slice(0, attributes).trim();
  const title = shown.startsWith("[") && shown.endsWith("]") ? shown.slice(1, -1) : shown;
  return titled(prefix, type?.[1] ?? "", title);
}

/** `**Note: Title**` between blank lines; only a blank line where an admonition ends. */
function titled(prefix: string, type: string, title: string): string[] {
  const blank = prefix.trimEnd();
  if (type === "" && title === "") return [blank];
  const label = type.charAt(0).toUpperCase() + type.slice(1);
  const shown = [label, title.trim()].filter((part) => part !== "").join(": ");
  return [blank, `${prefix}**${shown}**`, blank];
}
