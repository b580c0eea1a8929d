/** Lines of a document or of an indented part of it, tabs expanded and trailing blanks removed. */
export type Lines = readonly string[];

const TAB_COLUMNS = 8;
const PUNCTUATION = /^([!-/:-@[-`{-~])\1*$/;

export function toLines(text: string): Lines {
  return text.split("\n").map((line) => {
    let expanded = line;
    if (line.includes("\t")) {
      expanded = "";
      for (const char of line) {
        expanded +=
          char === "\t" ? " ".repeat(TAB_COLUMNS - (expanded.length % TAB_COLUMNS)) : char;
      }
    }
    return expanded.trimEnd();
  });
}

export function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Where the lines end that are blank or indented by at least `columns`; blank ones at the end not counted. */
export function indentedEnd(lines: Lines, from: number, columns: number): number {
  let end = from;
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line === "") continue;
    if (indentOf(line) < columns) break;
    end = at + 1;
  }
  return end;
}

/** Without the indent that all lines share, and without blank lines at the beginning. */
export function dedent(lines: Lines): Lines {
  const first = lines.findIndex((line) => line !== "");
  return first < 0 ? [] : unindent(lines.slice(first));
}

/** Without the indent that all lines share. */
export function unindent(lines: Lines): Lines {
  const indents = lines.filter((line) => line !== "").map(indentOf);
  const columns = indents.reduce((least, indent) => Math.min(least, indent), Infinity);
  return lines.map((line) => line.slice(columns));
}

/** The character that an underline or a transition is made of; undefined when it is none. */
export function adornmentOf(line: string | undefined): string | undefined {
  return line !== undefined && line.length > 1 && PUNCTUATION.test(line) ? line[0] : undefined;
}

/** What docutils makes of a name for use as a fragment (`docutils.nodes.make_id`). */
export function makeId(name: string): string {
  return name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[-0-9]+|(?<!-)-+$/g, "");
}
