import type { PdfPiece } from "./pdf-text.ts";

export interface PdfLine {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** From 0. */
  readonly page: number;
}

/** Parts of a line's height: how far pieces of one line may be apart in height, and touch in width. */
const SAME_BASELINE = 0.6;
const WORD_GAP = 0.15;
/** A line is between 1 and 1.6 of its height from the next one of the same paragraph. */
const PARAGRAPH_GAP = 1.7;
const INDENT = 0.8;
const SIZE_DIFFERENCE = 0.1;
const BULLET = /^(?:[•‣◦▪–*-]|\(?(?:\d{1,3}|[a-z])[.)])\s/u;

/** The lines of a page, in the order in which they are drawn: that of reading, in all but odd files. */
export function linesOf(pieces: readonly PdfPiece[], page: number): PdfLine[] {
  const lines: PdfLine[] = [];
  let line: { text: string; x: number; y: number; end: number; size: number } | undefined;
  const close = (): void => {
    if (line === undefined) return;
    const text = joinLigatures(line.text).replaceAll(/\s+/g, " ").trim();
    if (text !== "") lines.push({ text, x: line.x, y: line.y, size: line.size, page });
    line = undefined;
  };
  for (const { text, x, y, width, size, endsLine } of pieces) {
    const isTurned = size === 0 && text.trim() !== "";
    const reach = Math.max(size, line?.size ?? 0);
    if (line && (isTurned || Math.abs(line.y - y) > SAME_BASELINE * reach || x < line.x)) close();
    if (text !== "" && !isTurned) {
      if (line === undefined) line = { text, x, y, end: x + width, size };
      else {
        const gap = x - line.end > WORD_GAP * reach && !/\s$/.test(line.text);
        line.text += (gap ? " " : "") + text;
        line.end = x + width;
        if (text.trim() !== "") line.size = Math.max(line.size, size);
      }
    }
    if (endsLine) close();
  }
  close();
  return lines;
}

/** Lines that belong together; a paragraph goes on over a column or page when it clearly does. */
export function paragraphsOf(lines: readonly PdfLine[]): PdfLine[][] {
  const paragraphs: PdfLine[][] = [];
  let last: PdfLine | undefined;
  for (const line of lines) {
    if (last && belongs(last, line, paragraphs.at(-1)?.length ?? 0)) paragraphs.at(-1)?.push(line);
    else paragraphs.push([line]);
    last = line;
  }
  return paragraphs;
}

function belongs(last: PdfLine, line: PdfLine, lines: number): boolean {
  const size = Math.max(last.size, line.size);
  if (Math.abs(last.size - line.size) > SIZE_DIFFERENCE * size || BULLET.test(line.text))
    return false;
  const gap = last.y - line.y;
  if (last.page !== line.page || gap < 0) {
    return /[\p{Ll},-]$/u.test(last.text) && /^\p{Ll}/u.test(line.text);
  }
  if (gap > PARAGRAPH_GAP * size) return false;
  // The first line of a paragraph is indented; the second of a list's item is so too.
  return line.x - last.x < INDENT * size || (lines === 1 && BULLET.test(last.text));
}

/** The text of a paragraph: words parted at the ends of lines are whole again. */
export function joinLines(lines: readonly PdfLine[]): string {
  let joined = "";
  for (const { text } of lines) {
    if (/\p{Ll}-$/u.test(joined) && /^\p{Ll}/u.test(text)) joined = joined.slice(0, -1) + text;
    else joined += (joined === "" ? "" : " ") + text;
  }
  return joined;
}

/**
 * Without the lines that stand at the top or the bottom of most pages: running titles and numbers of
 * pages. Digits in them are not compared.
 */
export function withoutRunningLines(pages: readonly (readonly PdfLine[])[]): readonly PdfLine[][] {
  const counts = new Map<string, number>();
  const keys = (lines: readonly PdfLine[]): Set<string> =>
    new Set([lines[0], lines.at(-1)].flatMap((line) => (line ? [keyOf(line)] : [])));
  for (const lines of pages) {
    for (const key of keys(lines)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const isRunning = (line: PdfLine | undefined, next: PdfLine | undefined): boolean => {
    if (line === undefined) return false;
    if ((counts.get(keyOf(line)) ?? 0) >= Math.max(3, pages.length / 3)) return true;
    // A title of a chapter runs over fewer pages, and stands with the page's number, off the text.
    const isApart = next === undefined || Math.abs(line.y - next.y) > PARAGRAPH_GAP * line.size;
    return (
      isApart &&
      pages.length >= 3 &&
      /^(?:\d+|[ivxl]+)\b|\b(?:\d+|[ivxl]+)$/.test(line.text) &&
      isRunningSlot(line)
    );
  };
  const slots = new Map<number, number>();
  for (const line of pages.flatMap((lines) => [lines[0], lines.at(-1)])) {
    if (line) slots.set(Math.round(line.y), (slots.get(Math.round(line.y)) ?? 0) + 1);
  }
  const isRunningSlot = ({ y }: PdfLine): boolean =>
    (slots.get(Math.round(y)) ?? 0) >= pages.length / 2;
  return pages.map((lines) =>
    lines.slice(
      isRunning(lines[0], lines[1]) ? 1 : 0,
      isRunning(lines.at(-1), lines.at(-2)) ? -1 : undefined,
    ),
  );
}

function keyOf({ text, y }: PdfLine): string {
  return `${Math.round(y)} ${text.replaceAll(/\d+|\b[ivxl]+\b/g, "#")}`;
}

const joinLigatures = (text: string): string =>
  text.replaceAll(/[\ufb00-\ufb06]/g, (ligature) => ligature.normalize("NFKC"));
