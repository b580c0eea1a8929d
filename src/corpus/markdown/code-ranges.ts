/** A half-open stretch of the source, in UTF-16 units. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const FENCE_OPENS = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?:(`{3,})[^`]*|(~{3,})(?!~).*)$/;
const FENCE_CLOSES = /^[ \t>]*(`{3,}|~{3,})[ \t]*$/;
const BACKTICKS = /`+/g;

/**
 * Where the source holds code: fenced blocks (their fences included) and spans in backticks,
 * ascending and disjoint. It goes by lines, without the full block structure, for the passes that
 * run before the parser; an indented code block is not told from an indented paragraph.
 */
export function codeRanges(source: string): Range[] {
  const ranges: Range[] = [];
  let fence: string | undefined;
  let fenceStart = 0;
  let proseStart = 0;
  for (let start = 0; start < source.length; ) {
    const lineFeed = source.indexOf("\n", start);
    const end = lineFeed < 0 ? source.length : lineFeed + 1;
    const line = source.slice(start, lineFeed < 0 ? end : lineFeed);
    if (fence === undefined) {
      const opens = FENCE_OPENS.exec(line);
      if (opens || line.trim() === "") {
        pushSpans(source, proseStart, start, ranges);
        proseStart = end;
      }
      if (opens) {
        fence = opens[1] ?? opens[2] ?? "";
        fenceStart = start;
      }
    } else {
      const closes = FENCE_CLOSES.exec(line)?.[1];
      if (closes?.startsWith(fence)) {
        ranges.push({ start: fenceStart, end });
        fence = undefined;
        proseStart = end;
      }
    }
    start = end;
  }
  if (fence === undefined) pushSpans(source, proseStart, source.length, ranges);
  else ranges.push({ start: fenceStart, end: source.length });
  return ranges;
}

/** Spans in one paragraph: a run of backticks and the next run that is as long. */
function pushSpans(source: string, start: number, end: number, ranges: Range[]): void {
  const paragraph = source.slice(start, end);
  if (!paragraph.includes("`")) return;
  const runs = [...paragraph.matchAll(BACKTICKS)];
  const nextOfLength = new Map<number, number>();
  const closers = runs.map(() => -1);
  for (let index = runs.length - 1; index >= 0; index -= 1) {
    const length = runs[index]?.[0].length ?? 0;
    closers[index] = nextOfLength.get(length) ?? -1;
    nextOfLength.set(length, index);
  }
  for (let index = 0; index < runs.length; index += 1) {
    const closer = closers[index] ?? -1;
    const [opens, closes] = [runs[index], runs[closer]];
    if (!opens || !closes) continue;
    ranges.push({ start: start + opens.index, end: start + closes.index + closes[0].length });
    index = closer;
  }
}

/** A test for offsets that are asked for in ascending order. */
export function rangeCursor(ranges: readonly Range[]): (offset: number) => boolean {
  let next = 0;
  return (offset) => {
    while ((ranges[next]?.end ?? Number.POSITIVE_INFINITY) <= offset) next += 1;
    return (ranges[next]?.start ?? Number.POSITIVE_INFINITY) <= offset;
  };
}
