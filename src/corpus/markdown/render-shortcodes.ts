import { codeRanges, rangeCursor } from "./code-ranges.ts";

/** One call, as `{{< name params >}}`, `{{% name params %}}`, or its closing form. */
interface Call {
  readonly start: number;
  readonly end: number;
  readonly delimiters: "<>" | "%%";
  /** What stands between the delimiters. */
  readonly inner: string;
  readonly escaped: boolean;
  readonly closing: boolean;
  /** `{{< name />}}`: it opens nothing. */
  readonly selfClosing: boolean;
  readonly name: string;
}

const OPENER = /\{\{([<%])/g;
const MAX_CALL_CHARS = 2000;
const NAME = /^\s*(?:(\/)\s*)?([\w./-]+)/;
const PARAM =
  /(?<![\w-])([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.){0,2000})"|`([^`]*)`|([^\s"`]+))|"((?:[^"\\]|\\.){0,2000})"|`([^`]*)`|([^\s"`=]+)/g;

/** Parameters whose values a reader sees. */
const VISIBLE = new Set([
  "title",
  "name",
  "caption",
  "alt",
  "text",
  "label",
  "summary",
  "heading",
  "abbr",
  "english",
]);
const CODE = /^(?:highlight|hl|prism|code|codeblock|code-.*|.*-code)$/;
const LANGUAGE = /^[\w+#.-]{1,30}$/;

/**
 * The source with Hugo's shortcode calls taken out: what stands between an opening and a closing
 * call stays, and so do the parameters that are shown to readers (a title, a caption, a text).
 * A call that holds code (`highlight`, `code-toggle`) becomes a code block. Inside code, calls stay
 * as they are; an escaped call (`{{</* x *\/>}}`) is shown as the call it stands for, everywhere.
 */
export function renderShortcodes(source: string): string {
  if (!source.includes("{{<") && !source.includes("{{%")) return source;
  const calls = findCalls(source);
  const closers = closersOf(calls);
  const inCode = rangeCursor(codeRanges(source));
  let out = "";
  let at = 0;
  for (let index = 0; index < calls.length; index += 1) {
    const call = calls[index];
    if (!call) break;
    const close = closers[index] ?? -1;
    const closer = calls[close];
    out += source.slice(at, call.start);
    at = call.end;
    if (call.escaped) out += unescapeCall(call);
    else if (inCode(call.start)) out += source.slice(call.start, call.end);
    else if (closer && isVerbatim(call.name)) {
      if (call.name !== "comment") out += codeBlock(source, calls.slice(index, close + 1));
      at = closer.end;
      index = close;
    } else if (!call.closing) {
      const text = visibleText(call, closer !== undefined);
      out += text;
      if (text === "" && !closer) at = afterOwnLine(source, call);
    }
  }
  return out + source.slice(at);
}

function findCalls(source: string): Call[] {
  const calls: Call[] = [];
  let from = 0;
  for (const opener of source.matchAll(OPENER)) {
    if (opener.index < from) continue;
    const delimiters = opener[1] === "<" ? "<>" : "%%";
    const window = source.slice(opener.index + 3, opener.index + 3 + MAX_CALL_CHARS);
    const length = window.indexOf(delimiters === "<>" ? ">}}" : "%}}");
    if (length < 0) continue;
    const inner = window.slice(0, length);
    const escaped = inner.startsWith("/*") && inner.endsWith("*/");
    const name = NAME.exec(inner);
    if (!escaped && !name) continue;
    from = opener.index + 3 + length + 3;
    calls.push({
      start: opener.index,
      end: from,
      delimiters,
      inner,
      escaped,
      closing: name?.[1] === "/",
      selfClosing: inner.trimEnd().endsWith("/"),
      name: name?.[2] ?? "",
    });
  }
  return calls;
}

const isVerbatim = (name: string): boolean => name === "comment" || CODE.test(name);

/**
 * Where the text goes on after a call that leaves nothing: past the line that it had for itself, so
 * that no blank line breaks up what the call stood in.
 */
function afterOwnLine(source: string, call: Call): number {
  const lineEnd = source.indexOf("\n", call.end);
  if (lineEnd < 0 || source.slice(call.end, lineEnd).trim() !== "") return call.end;
  const lineStart = source.lastIndexOf("\n", call.start - 1) + 1;
  return source.slice(lineStart, call.start).trim() === "" ? lineEnd + 1 : call.end;
}

/** For each call the index of the call that closes it, or -1. */
function closersOf(calls: readonly Call[]): number[] {
  const open = new Map<string, number[]>();
  const closers = calls.map(() => -1);
  for (const [index, call] of calls.entries()) {
    if (call.escaped || call.selfClosing) continue;
    const stack = open.get(call.name) ?? [];
    if (!call.closing) stack.push(index);
    else closers[stack.pop() ?? index] = index;
    open.set(call.name, stack);
  }
  return closers;
}

function unescapeCall(call: Call): string {
  const [open, close] = call.delimiters;
  return `{{${open}${call.inner.slice(2, -2)}${close}}}`;
}

interface Param {
  readonly name: string | undefined;
  readonly value: string;
}

function paramsOf(call: Call): Param[] {
  const text = call.inner.replace(NAME, "").replace(/\/\s*$/, "");
  return [...text.matchAll(PARAM)].map((match) => ({
    name: match[1]?.toLowerCase(),
    value: (match.slice(2).find((value) => value !== undefined) ?? "")
      .replaceAll(/\s+/g, " ")
      .trim(),
  }));
}

function visibleText(call: Call, opens: boolean): string {
  // What stands for the target of a link stays its target.
  if (/^(?:rel)?ref$/.test(call.name)) return paramsOf(call)[0]?.value ?? "";
  const texts = paramsOf(call)
    .filter(({ name, value }) => (name === undefined ? value.includes(" ") : VISIBLE.has(name)))
    .map(({ value }) => value)
    .filter((value, index, all) => value !== "" && all.indexOf(value) === index);
  if (texts.length === 0) return "";
  const text = texts.join(" - ");
  return opens && !/[*_`[\]]/.test(text) ? `**${text}**` : text;
}

/** The code between the first and the last of the calls, as a fenced block or a span. */
function codeBlock(source: string, calls: readonly Call[]): string {
  const open = calls[0];
  if (!open) return "";
  const content = contentOf(source, open, calls.slice(1));
  const prefix = source.slice(source.lastIndexOf("\n", open.start - 1) + 1, open.start);
  const runs = [...content.matchAll(/`+/g)].map(([run]) => run.length);
  const longest = runs.reduce((most, length) => Math.max(most, length), 0);
  if (!/^[ \t>]*$/.test(prefix) || !content.startsWith("\n")) {
    const ticks = "`".repeat(longest === 0 ? 1 : longest + 1);
    const line = content.trim();
    return line === "" || line.includes("\n") ? content : `${ticks}${line}${ticks}`;
  }
  const language = paramsOf(open)
    .filter(({ name }) => name === undefined || name === "lang" || name === "language")
    .map(({ value }) => value)
    .find((value) => LANGUAGE.test(value));
  const fence = "`".repeat(Math.max(3, longest + 1));
  const lastLine = content.lastIndexOf("\n");
  const body = content.slice(lastLine).trim() === "" ? content.slice(0, lastLine) : content;
  return `${fence}${language ?? ""}${body}\n${prefix}${fence}`;
}

/** What stands between the opening call and the last one, escaped calls shown as calls. */
function contentOf(source: string, open: Call, rest: readonly Call[]): string {
  let content = "";
  let at = open.end;
  for (const call of rest) {
    content += source.slice(at, call.start);
    if (call.escaped) content += unescapeCall(call);
    else if (call !== rest.at(-1)) content += source.slice(call.start, call.end);
    at = call.end;
  }
  return content;
}
