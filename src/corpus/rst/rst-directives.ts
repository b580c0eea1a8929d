import type { PhrasingContent, RootContent } from "mdast";
import type { RstBlockParser } from "./rst-block-parser.ts";
import { dedent, indentOf, type Lines, makeId } from "./rst-lines.ts";
import { paragraphOf, tableNode } from "./rst-nodes.ts";
import { parseCsv } from "./rst-tables.ts";

/** Nothing to read: settings, navigation, other files, what is meant for one builder. */
const LEFT_OUT = new Set(
  "highlight default-domain default-role role index meta tabularcolumns toctree contents sectnum section-numbering include literalinclude raw bibliography sectionauthor codeauthor moduleauthor testsetup testcleanup footer header title currentmodule module target-notes graphviz digraph graph uml mermaid plot inheritance-diagram autosummary".split(
    " ",
  ),
);
const CODE = new Set(
  "code-block code sourcecode parsed-literal prompt productionlist math doctest testcode testoutput ipython jupyter-execute console console-block cfgblock".split(
    " ",
  ),
);
const ADMONITIONS = new Set(
  "attention caution danger error hint important note tip warning admonition seealso todo impl-detail topic sidebar deprecated-removed".split(
    " ",
  ),
);
const CHANGES: ReadonlyMap<string, string> = new Map([
  ["versionadded", "Added in version"],
  ["versionchanged", "Changed in version"],
  ["versionremoved", "Removed in version"],
  ["deprecated", "Deprecated since version"],
  ["availability", "Available on"],
]);
/** Descriptions of what a program has, in Sphinx's domains (without their prefix `py:`, `c:`). */
const OBJECTS = new Set(
  "function class method attribute data exception decorator decoratormethod staticmethod classmethod coroutinefunction abstractmethod property describe object type member var macro enum enumerator struct union alias concept cmdoption option envvar confval setting program templatetag templatefilter fieldlookup django-admin django-admin-option directive role cfunction cmember cmacro ctype cvar opcode pdbcommand 2to3fixer get post put patch delete".split(
    " ",
  ),
);
const AUTODOC =
  /^auto(?:module|class|exception|function|method|attribute|data|decorator|property|program|flask|enum)$/;

/** The blocks that a directive stands for. Of one that is not known, its title and content are read. */
export function readDirective(
  parser: RstBlockParser,
  fullName: string,
  argument: string,
  body: Lines,
  depth: number,
): RootContent[] {
  const lower = fullName.toLowerCase();
  const name = lower.slice(lower.lastIndexOf(":") + 1);
  const { signatures, options, content } = split(argument, body);
  const title = signatures.join(" ");
  if (name === "module" || name === "currentmodule") parser.module = title;
  if (LEFT_OUT.has(lower) || LEFT_OUT.has(name)) {
    return name === "module" ? parser.parse(content, depth + 1) : [];
  }
  if (CODE.has(name)) return codeBlock(parser, name, title, content, options);
  if (name === "image") return imageText(parser, options);
  if (name === "figure")
    return [...imageText(parser, options), ...parser.parse(content, depth + 1)];
  const change = CHANGES.get(name);
  if (change !== undefined) return changeNote(parser, change, signatures, content, depth);
  if (ADMONITIONS.has(name)) return admonition(parser, name, title, content, depth);
  if (name === "list-table") return listTable(parser, title, content, options);
  if (name === "csv-table") return csvTable(parser, title, content, options);
  if (AUTODOC.test(name)) {
    return [
      paragraphOf([{ type: "inlineCode", value: title }]),
      ...parser.parse(content, depth + 1),
    ];
  }
  if (OBJECTS.has(name)) return objectDescription(parser, lower, signatures, content, depth);
  if (name === "only" || name === "ifconfig" || name === "highlights")
    return parser.parse(content, depth + 1);
  const label: RootContent[] = title === "" ? [] : [boldLine(parser, title)];
  return [...label, ...parser.parse(content, depth + 1)];
}

interface Parts {
  /** The argument: one line, or several for descriptions of several names. */
  readonly signatures: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly content: Lines;
}

/** The argument goes on up to the first option or blank line. */
function split(argument: string, body: Lines): Parts {
  const signatures = argument === "" ? [] : [argument];
  const options = new Map<string, string>();
  let at = 0;
  const hasOption = (line: string): RegExpExecArray | null =>
    /^\s+:([\w-]{1,60}):(?:\s+(\S.*)?)?$/.exec(line);
  for (; at < body.length; at += 1) {
    const line = body[at] ?? "";
    const option = hasOption(line);
    if (line === "") break;
    if (option) options.set(option[1] ?? "", option[2] ?? "");
    else if (options.size > 0) {
      // An option's value may go on, indented deeper.
      const last = [...options.keys()].at(-1) ?? "";
      options.set(last, `${options.get(last) ?? ""} ${line.trim()}`.trim());
    } else signatures.push(line.trim());
  }
  // Without a blank line between them, the content begins at once: `.. note::` and text below it.
  if (argument === "" && options.size === 0)
    return { signatures: [], options, content: dedent(body) };
  return { signatures, options, content: dedent(body.slice(at)) };
}

function codeBlock(
  parser: RstBlockParser,
  name: string,
  title: string,
  content: Lines,
  options: ReadonlyMap<string, string>,
): RootContent[] {
  const caption = options.get("caption");
  const isLanguage =
    /^(?:code-block|code|sourcecode|prompt)$/.test(name) && /^[\w+#.-]{1,30}$/.test(title);
  const language = isLanguage && title !== "none" && title !== "text" ? title : null;
  const first = isLanguage || title === "" ? [] : [title];
  const value = [...first, ...content].join("\n");
  const label = caption === undefined || caption === "" ? [] : [boldLine(parser, caption)];
  return value.trim() === "" ? label : [...label, { type: "code", lang: language, value }];
}

function imageText(parser: RstBlockParser, options: ReadonlyMap<string, string>): RootContent[] {
  const alt = options.get("alt");
  return alt === undefined || alt === "" ? [] : [parser.paragraph(alt)];
}

function changeNote(
  parser: RstBlockParser,
  change: string,
  [first = "", ...more]: readonly string[],
  content: Lines,
  depth: number,
): RootContent[] {
  const [, version = "", rest = ""] = /^(\S*)(?!\S)\s*(\S.*)?$/.exec(first) ?? [];
  const text = [rest, ...more].join(" ").trim();
  const note = parser.paragraph(text === "" ? "" : ` ${text}`);
  const label: PhrasingContent = {
    type: "emphasis",
    children: [{ type: "text", value: `${change} ${version}:` }],
  };
  return [paragraphOf([label, ...note.children]), ...parser.parse(content, depth + 1)];
}

function admonition(
  parser: RstBlockParser,
  name: string,
  title: string,
  content: Lines,
  depth: number,
): RootContent[] {
  const hasOwnTitle = name === "admonition" || name === "topic" || name === "sidebar";
  const own = name.charAt(0).toUpperCase() + name.slice(1).replaceAll("-", " ");
  const label = hasOwnTitle && title !== "" ? title : name === "seealso" ? "See also" : own;
  const text = hasOwnTitle || title === "" ? [] : [parser.paragraph(title)];
  return [
    {
      type: "blockquote",
      children: [boldLine(parser, label), ...text, ...parser.parseNested(content, depth)],
    },
  ];
}

function objectDescription(
  parser: RstBlockParser,
  name: string,
  signatures: readonly string[],
  content: Lines,
  depth: number,
): RootContent[] {
  const nodes: RootContent[] = [];
  const outer = parser.module;
  const shown = signatures.map((signature) => signature.replaceAll(/\\(.)/g, "$1"));
  const own =
    /^[\w.$:-]+/.exec(
      (shown[0] ?? "").replace(/^(?:async|class|abstract|static|final|const)\s+/, ""),
    )?.[0] ?? "";
  const isPython = !name.includes(":") || name.startsWith("py:");
  const qualified = isPython && outer !== "" && !own.startsWith("-") ? `${outer}.${own}` : own;
  for (const [index, signature] of shown.entries()) {
    const children: PhrasingContent[] = [{ type: "inlineCode", value: signature }];
    // Inside a list or a note it is no section.
    if (index === 0 && depth <= parser.objectDepth) {
      parser.heading(
        nodes,
        Math.max(parser.level, 1) + 1 + depth,
        children,
        anchorOf(name, qualified),
      );
    } else nodes.push(paragraphOf([{ type: "strong", children }]));
  }
  if (/(?:^|:)(?:class|exception)$/.test(name)) parser.module = qualified;
  const before = parser.objectDepth;
  if (depth <= before) parser.objectDepth = depth + 1;
  nodes.push(...parser.parse(content, depth + 1));
  parser.objectDepth = before;
  parser.module = outer;
  return nodes;
}

/** As Sphinx makes it: the full name of a Python object, `cmdoption-x` of an option. */
function anchorOf(name: string, qualified: string): string {
  if (/(?:option)$/.test(name)) return `cmdoption-${makeId(qualified)}`;
  if (name.endsWith("envvar")) return `envvar-${qualified}`;
  return qualified;
}

function listTable(
  parser: RstBlockParser,
  title: string,
  content: Lines,
  options: ReadonlyMap<string, string>,
): RootContent[] {
  const rows: string[][] = [];
  for (const line of content) {
    const row = /^[*-]\s+[*-](?:\s+(\S.*)?)?$/.exec(line);
    const cell = /^\s+[*-](?:\s+(\S.*)?)?$/.exec(line);
    if (row) rows.push([row[1] ?? ""]);
    else if (cell && indentOf(line) <= 4) rows.at(-1)?.push(cell[1] ?? "");
    else {
      const last = rows.at(-1) ?? [""];
      if (rows.length === 0) rows.push(last);
      last[last.length - 1] = `${last.at(-1) ?? ""} ${line.trim()}`.trim();
    }
  }
  const headRows = Number.parseInt(options.get("header-rows") ?? "0", 10) || 0;
  return [...caption(parser, title), tableNode({ rows, headRows }, parser.names)];
}

function csvTable(
  parser: RstBlockParser,
  title: string,
  content: Lines,
  options: ReadonlyMap<string, string>,
): RootContent[] {
  const head = options.get("header");
  const rows = [...(head === undefined ? [] : parseCsv(head)), ...parseCsv(content.join("\n"))];
  if (rows.length === 0) return caption(parser, title);
  const headRows =
    head === undefined ? Number.parseInt(options.get("header-rows") ?? "0", 10) || 0 : 1;
  return [...caption(parser, title), tableNode({ rows, headRows }, parser.names)];
}

const caption = (parser: RstBlockParser, title: string): RootContent[] =>
  title === "" ? [] : [boldLine(parser, title)];

function boldLine(parser: RstBlockParser, text: string): ReturnType<typeof paragraphOf> {
  return paragraphOf([{ type: "strong", children: parser.paragraph(text).children }]);
}
