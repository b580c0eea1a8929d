import type { Lines } from "./rst-lines.ts";

/** The texts of the cells, row by row. */
export interface RstTable {
  readonly rows: readonly (readonly string[])[];
  /** How many of the rows are the table's head. */
  readonly headRows: number;
}

/** Most columns; a table of more is no table that anybody reads. */
const MAX_COLUMNS = 100;

/** A table drawn with `+---+` and `|`. A cell over several rows or columns stands in its first one. */
export function parseGridTable(lines: Lines): RstTable {
  const columns = positionsOf(lines[0] ?? "", "+").slice(0, MAX_COLUMNS);
  const rows: string[][] = [];
  let headRows = 0;
  let row: string[] | undefined;
  for (const line of lines) {
    if (/^\+[-=+]+\+?$/.test(line)) {
      if (row) rows.push(row);
      row = undefined;
      if (line.includes("=")) headRows = rows.length;
      continue;
    }
    row ??= columns.slice(1).map(() => "");
    let from = 1;
    for (let column = 1, first = 0; column < columns.length; column += 1) {
      const at = columns[column] ?? line.length;
      const isBorder = line[at] === "|" || line[at] === "+" || column === columns.length - 1;
      if (!isBorder) continue;
      const cell = line
        .slice(from, column === columns.length - 1 ? undefined : at)
        .replace(/\|$/, "");
      if (!/^[-=+\s]*$/.test(cell)) row[first] = `${row[first] ?? ""} ${cell.trim()}`.trim();
      from = at + 1;
      first = column;
    }
  }
  if (row) rows.push(row);
  return { rows, headRows };
}

/** A table whose columns are shown by lines of `=`. A row without a first cell goes on with the one before. */
export function parseSimpleTable(lines: Lines): RstTable {
  const starts = positionsOf(` ${lines[0] ?? ""}`, " =").slice(0, MAX_COLUMNS);
  const rows: string[][] = [];
  let headRows = 0;
  let borders = 0;
  let isNew = true;
  for (const line of lines) {
    if (/^=[= ]*$/.test(line)) {
      borders += 1;
      if (borders === 2) headRows = rows.length;
      isNew = true;
      continue;
    }
    if (/^-[- ]*$/.test(line) && line.length > 1) continue;
    if (line === "") {
      isNew = true;
      continue;
    }
    const cells = starts.map((start, at) => line.slice(start, starts[at + 1]).trim());
    const last = rows.at(-1);
    if (last && (cells[0] === "" || cells[0] === undefined) && !isNew) {
      cells.forEach((cell, at) => {
        last[at] = `${last[at] ?? ""} ${cell}`.trim();
      });
    } else rows.push(cells.map((cell) => (cell === "\\" ? "" : cell)));
    isNew = false;
  }
  // One border at each end: no head.
  return { rows, headRows: borders > 2 ? headRows : 0 };
}

function positionsOf(line: string, mark: string): number[] {
  const found: number[] = [];
  for (let at = line.indexOf(mark); at >= 0; at = line.indexOf(mark, at + 1)) found.push(at);
  return found;
}

/**
 * Rows of comma-separated values, quoted by `"` (RFC 4180), as docutils reads them: blanks before a
 * value do not count, nor what stands between a closing quote and the next comma. A quote that is
 * never closed is a character like others.
 */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length || text[at - 1] === ","; ) {
    while (text[at] === " " || text[at] === "\t") at += 1;
    const quoted = text[at] === '"' ? endOfQuoted(text, at) : -1;
    const end = endOfValue(text, quoted < 0 ? at : quoted);
    const value = quoted < 0 ? text.slice(at, end) : text.slice(at + 1, quoted - 1);
    row.push((quoted < 0 ? value : value.replaceAll('""', '"')).trim());
    at = end + 1;
    if (text[end] === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}

/** Behind the closing quote; -1 when there is none. */
function endOfQuoted(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at + 1;
  }
  return -1;
}

function endOfValue(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "," || text[at] === "\n") return at;
  }
  return text.length;
}
