import type { BlockContent, ListItem, Paragraph, RootContent } from "mdast";
import { nestedTooDeeply } from "../sections/nested-too-deeply.ts";
import { readDirective } from "./rst-directives.ts";
import { parseInline, plainText, type RstNames } from "./rst-inline.ts";
import {
  adornmentOf,
  dedent,
  indentedEnd,
  indentOf,
  type Lines,
  makeId,
  unindent,
} from "./rst-lines.ts";
import { targetOf } from "./rst-names.ts";
import { fieldNode, paragraphOf, tableNode } from "./rst-nodes.ts";
import { parseGridTable, parseSimpleTable } from "./rst-tables.ts";

const BULLET = /^([-*+•‣⁃])(?:\s+|$)/;
const ENUMERATOR =
  /^(?:\(?(?:\d{1,6}|[A-Za-z]|#|[ivxlcIVXLC]{1,8})\)|(?:\d{1,6}|[A-Za-z]|#|[ivxlcIVXLC]{1,8})\.)(?:\s+|$)/;
const FIELD = /^:((?:[^:\\\n`]|\\.|:(?!\s|$|`)){1,200}):(?:\s+|$)/;
const OPTION =
  /^(?:--?[A-Za-z?][\w-]*|\/[A-Z])(?:[ =][\w<>[\]-]+)?(?:, (?:--?\w[\w-]*)(?:[ =][\w<>[\]-]+)?)*(?:\s{2,}|$)/;
const DIRECTIVE = /^\.\. +((?:[\w-]{1,60}:)?[\w][\w.+-]{0,200}) ?::(?:\s+(\S.*)?)?$/;
const SUBSTITUTED = /^\.\. +\|[^|]{1,100}\|\s+([\w-]+)::/;
const NOTE = /^\.\. +\[([^\]]{1,100})\](?:\s+(\S.*)?)?$/;

/** The blocks of a document, or of an indented part of it. */
export class RstBlockParser {
  readonly names: RstNames;
  readonly #maxDepth: number;
  /** Styles of titles in the order of their first use: each a level. */
  readonly #styles: string[] = [];
  /** Names of the modules and classes that the current descriptions belong to. */
  module = "";
  /** Descriptions of objects are sections down to this depth: at the top, and in each other. */
  objectDepth = 0;
  #level = 0;
  #anchor: string | undefined;

  constructor(names: RstNames, maxDepth: number) {
    this.names = names;
    this.#maxDepth = maxDepth;
  }

  /** The level of the section being read; 0 before the first. */
  get level(): number {
    return this.#level;
  }

  /** @param depth of the part in others; titles are only read at 0 */
  parse(lines: Lines, depth: number): RootContent[] {
    if (depth > this.#maxDepth) throw nestedTooDeeply(this.#maxDepth);
    const nodes: RootContent[] = [];
    for (let at = 0; at < lines.length; ) {
      const line = lines[at] ?? "";
      at = line === "" ? at + 1 : this.#block(lines, at, depth, nodes);
    }
    return nodes;
  }

  /** Children of a list item or quote: headings among them would not be sections. */
  parseNested(lines: Lines, depth: number): BlockContent[] {
    return this.parse(dedent(lines), depth + 1).map((node): BlockContent => {
      if (node.type === "heading")
        return { type: "paragraph", children: [{ type: "strong", children: node.children }] };
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else is made here
      return node as BlockContent;
    });
  }

  paragraph(text: string): Paragraph {
    return paragraphOf(parseInline(text, this.names));
  }

  /** Reads the block that begins at a line and returns where the next one may begin. */
  #block(lines: Lines, at: number, depth: number, nodes: RootContent[]): number {
    const line = lines[at] ?? "";
    if (indentOf(line) > 0) {
      const end = indentedEnd(lines, at, 1);
      nodes.push({ type: "blockquote", children: this.parseNested(lines.slice(at, end), depth) });
      return end;
    }
    if (line.startsWith("..") && /^\.\.(?:\s|$)/.test(line))
      return this.#explicit(lines, at, depth, nodes);
    if (line.startsWith("__ ")) return at + 1;
    const titled = depth === 0 ? this.#title(lines, at, nodes) : undefined;
    if (titled !== undefined) return titled;
    if (
      adornmentOf(line) !== undefined &&
      line.length >= 4 &&
      (lines[at + 1] ?? "") === "" &&
      !/^[=+]/.test(line)
    ) {
      nodes.push({ type: "thematicBreak" });
      return at + 1;
    }
    if (/^\+[-=]{2}[-=+]*\+$/.test(line)) return this.#grid(lines, at, nodes);
    if (/^=+(?: +=+)+$/.test(line)) {
      const end = this.#simpleTableEnd(lines, at);
      if (end !== undefined) {
        nodes.push(tableNode(parseSimpleTable(lines.slice(at, end)), this.names));
        return end;
      }
    }
    if (BULLET.test(line)) return this.#list(lines, at, depth, nodes, BULLET);
    if (this.#isEnumerated(lines, at)) return this.#list(lines, at, depth, nodes, ENUMERATOR);
    if (FIELD.test(line)) return this.#fields(lines, at, depth, nodes, FIELD);
    if (OPTION.test(line)) return this.#fields(lines, at, depth, nodes, OPTION);
    if (line.startsWith(">>> ") || line === ">>>") return this.#doctest(lines, at, nodes);
    if (/^\|(?:\s|$)/.test(line)) return this.#lineBlock(lines, at, nodes);
    return this.#textBlock(lines, at, depth, nodes);
  }

  /** A title with a line under it, or above and under it; undefined when there is none here. */
  #title(lines: Lines, at: number, nodes: RootContent[]): number | undefined {
    const [first = "", second = "", third = ""] = lines.slice(at, at + 3);
    const over = adornmentOf(first);
    let [title, style, end] = ["", "", 0];
    if (
      over !== undefined &&
      second.trim() !== "" &&
      adornmentOf(third) === over &&
      third.length >= Math.min(4, second.trim().length)
    ) {
      [title, style, end] = [second.trim(), over + over, at + 3];
    } else {
      const under = adornmentOf(second);
      if (
        under === undefined ||
        over !== undefined ||
        (second.length < first.length && second.length < 4)
      )
        return undefined;
      // A first line of a table or list is no title, whatever is under it.
      [title, style, end] = [first, under, at + 2];
    }
    if (!this.#styles.includes(style)) this.#styles.push(style);
    this.#level = Math.min(6, this.#styles.indexOf(style) + 1);
    const children = parseInline(title, this.names);
    this.heading(nodes, this.#level, children, makeId(plainText(children)));
    return end;
  }

  /** @param anchor used when no label stands before the heading */
  heading(
    nodes: RootContent[],
    level: number,
    children: Paragraph["children"],
    anchor: string,
  ): void {
    const depths = [1, 2, 3, 4, 5, 6] as const;
    const depth = depths[Math.min(Math.max(level, 1), 6) - 1] ?? 6;
    const own = this.#anchor ?? anchor;
    nodes.push({ type: "heading", depth, children, ...(own !== "" && { data: { anchor: own } }) });
    this.#anchor = undefined;
  }

  /** What begins with two dots: a directive, a target, a note, or a comment. */
  #explicit(lines: Lines, at: number, depth: number, nodes: RootContent[]): number {
    const line = lines[at] ?? "";
    const end = indentedEnd(lines, at + 1, 1);
    const after = Math.max(end, at + 1);
    const target = targetOf(line);
    if (target !== undefined) {
      if (target.url === "") this.#anchor = makeId(target.name);
      return target.url === "" ? at + 1 : after;
    }
    const note = NOTE.exec(line);
    if (note) {
      const content = [note[2] ?? "", ...unindent(lines.slice(at + 1, end))];
      const label = (note[1] ?? "").replace(/^[#*]/, "");
      nodes.push(this.paragraph(`[${label}]`), ...this.parse(dedent(content), depth + 1));
      return after;
    }
    const directive = DIRECTIVE.exec(line);
    if (directive) {
      const body = lines.slice(at + 1, end);
      nodes.push(...readDirective(this, directive[1] ?? "", directive[2] ?? "", body, depth));
    } else if (!SUBSTITUTED.test(line) && line === ".." && lines[at + 1] === "") {
      // An empty comment ends lists and quotes; what is indented after it is a quote.
      return at + 1;
    }
    return after;
  }

  #grid(lines: Lines, at: number, nodes: RootContent[]): number {
    let end = at;
    while (/^[+|]/.test(lines[end] ?? "")) end += 1;
    nodes.push(tableNode(parseGridTable(lines.slice(at, end)), this.names));
    return end;
  }

  /** After the second or third border that a blank line or the end follows. */
  #simpleTableEnd(lines: Lines, at: number): number | undefined {
    for (let end = at + 1; end < lines.length; end += 1) {
      const isBorder = /^=[= ]*$/.test(lines[end] ?? "");
      if (isBorder && (lines[end + 1] ?? "") === "") return end + 1;
    }
    return undefined;
  }

  /** A line that begins like an enumerated item, and goes on like one. */
  #isEnumerated(lines: Lines, at: number): boolean {
    const line = lines[at] ?? "";
    const marker = ENUMERATOR.exec(line)?.[0];
    if (marker === undefined) return false;
    const next = lines[at + 1] ?? "";
    return next === "" || indentOf(next) > 0 || ENUMERATOR.test(next);
  }

  #list(lines: Lines, from: number, depth: number, nodes: RootContent[], marker: RegExp): number {
    const children: ListItem[] = [];
    const ordered = marker === ENUMERATOR;
    let at = from;
    let spread = false;
    for (;;) {
      const line = lines[at] ?? "";
      const width = marker.exec(line)?.[0].length;
      if (width === undefined || (ordered && !this.#isEnumerated(lines, at))) break;
      const end = Math.max(indentedEnd(lines, at + 1, 1), at + 1);
      const content = [" ".repeat(width) + line.slice(width), ...lines.slice(at + 1, end)];
      const blocks = this.parseNested(aligned(content, width), depth);
      spread ||= blocks.length > 1;
      children.push({ type: "listItem", spread: blocks.length > 1, children: blocks });
      at = end;
      while ((lines[at] ?? "x") === "" && at < lines.length) at += 1;
      if (!marker.test(lines[at] ?? "")) break;
    }
    const start = ordered ? Number.parseInt((lines[from] ?? "").replace("(", ""), 10) : Number.NaN;
    nodes.push({
      type: "list",
      ordered,
      spread,
      start: Number.isNaN(start) ? null : start,
      children,
    });
    return Math.max(at, from + 1);
  }

  /** Fields (`:name: text`) and options (`-x  text`): a list whose items begin with the name. */
  #fields(lines: Lines, from: number, depth: number, nodes: RootContent[], marker: RegExp): number {
    const children: ListItem[] = [];
    let at = from;
    for (;;) {
      const found = marker.exec(lines[at] ?? "");
      if (found === null) break;
      const end = Math.max(indentedEnd(lines, at + 1, 1), at + 1);
      const first = (lines[at] ?? "").slice(found[0].length);
      const rest = unindent(lines.slice(at + 1, end));
      const blocks = this.parseNested([...(first === "" ? [] : [first]), ...rest], depth);
      children.push(fieldNode(found[1] ?? found[0].trim(), blocks, marker === OPTION));
      at = end;
      while (at < lines.length && lines[at] === "") at += 1;
    }
    nodes.push({ type: "list", ordered: false, spread: false, children });
    return at;
  }

  #doctest(lines: Lines, from: number, nodes: RootContent[]): number {
    let end = from;
    while (end < lines.length && lines[end] !== "") end += 1;
    nodes.push({ type: "code", lang: "python", value: lines.slice(from, end).join("\n") });
    return end;
  }

  #lineBlock(lines: Lines, from: number, nodes: RootContent[]): number {
    let end = from;
    const texts: string[] = [];
    while (/^(?:\||\s+\S)/.test(lines[end] ?? "")) {
      texts.push((lines[end] ?? "").replace(/^\|\s*/, "").trim());
      end += 1;
    }
    const children = texts.flatMap((text, index): Paragraph["children"] => [
      ...(index > 0 ? [{ type: "break" } as const] : []),
      ...parseInline(text, this.names),
    ]);
    nodes.push(paragraphOf(children));
    return end;
  }

  /** A paragraph, or a term with its definition; `::` at its end makes what is indented after it code. */
  #textBlock(lines: Lines, from: number, depth: number, nodes: RootContent[]): number {
    const [line = "", next = ""] = lines.slice(from, from + 2);
    if (next !== "" && indentOf(next) > 0 && !line.endsWith("::")) {
      return this.#definitions(lines, from, depth, nodes);
    }
    let end = from;
    while (
      end < lines.length &&
      (lines[end] ?? "") !== "" &&
      (end === from || indentOf(lines[end] ?? "") === 0)
    )
      end += 1;
    const text = lines.slice(from, end).join("\n");
    if (!text.endsWith("::")) {
      nodes.push(this.paragraph(text));
      return end;
    }
    const shown = text.replace(/(?:^|(?<!\s)\s+)::$/, "").replace(/::$/, ":");
    if (shown !== "") nodes.push(this.paragraph(shown));
    let code = end;
    while (code < lines.length && lines[code] === "") code += 1;
    const codeEnd = indentedEnd(lines, code, 1);
    if (codeEnd > code) {
      nodes.push({ type: "code", value: dedent(lines.slice(code, codeEnd)).join("\n") });
      return codeEnd;
    }
    // A literal block may also be quoted: each line begins with the same mark.
    return end;
  }

  #definitions(lines: Lines, from: number, depth: number, nodes: RootContent[]): number {
    const children: ListItem[] = [];
    let at = from;
    for (;;) {
      const [term = "", next = ""] = lines.slice(at, at + 2);
      if (term === "" || indentOf(term) > 0 || next === "" || indentOf(next) === 0) break;
      if (children.length > 0 && /^(?:\.\.(?:\s|$)|[-*+]\s)/.test(term)) break;
      const end = indentedEnd(lines, at + 1, 1);
      const strong = { type: "strong", children: parseInline(term, this.names) } as const;
      const blocks = this.parseNested(lines.slice(at + 1, end), depth);
      children.push({
        type: "listItem",
        spread: true,
        children: [paragraphOf([strong]), ...blocks],
      });
      at = end;
      while (at < lines.length && lines[at] === "") at += 1;
    }
    nodes.push({ type: "list", ordered: false, spread: true, children });
    return at;
  }
}

/** Lines of an item whose later lines may be indented by less than its first. */
function aligned(lines: Lines, width: number): Lines {
  const rest = lines.slice(1);
  const indents = rest.filter((line) => line !== "").map(indentOf);
  const least = indents.reduce((low, indent) => Math.min(low, indent), width);
  return [(lines[0] ?? "").slice(width), ...rest.map((line) => line.slice(least))];
}
