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

/** Rows of comma-separated values, quoted by `"` (RFC 4180). */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /\s{0,20}(?:"((?:[^"]|""){0,5000})"|([^,\n]{0,5000}))[^,\n]{0,5000}(,|\n|$)/y;
  for (let at = 0; at < text.length; at = cell.lastIndex) {
    cell.lastIndex = at;
    const found = cell.exec(text);
    if (found === null || cell.lastIndex === at) break;
    rows.at(-1)?.push((found[1]?.replaceAll('""', '"') ?? found[2] ?? "").trim());
    if (found[3] === "\n") rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}
