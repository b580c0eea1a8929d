/**
 * Text of a document as it may be written to a terminal: on one line, without control characters,
 * so that no page can move the cursor, set the title or colour what follows.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ");
}

/** Breaks text at spaces into lines of at most `width` characters, longer words standing alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ +/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Puts the ranges of `text` in bold. They are ascending and disjoint. */
export function highlight(
  text: string,
  ranges: readonly (readonly [start: number, end: number])[],
): string {
  let result = "";
  let last = 0;
  for (const [start, end] of ranges) {
    result += `${printable(text.slice(last, start))}\u001B[1m${printable(text.slice(start, end))}\u001B[22m`;
    last = end;
  }
  return result + printable(text.slice(last));
}

/** `1 page`, `1,204 pages`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `1,204`. Not by `toLocaleString`, which loads the rules of every language to put a comma. */
export function grouped(count: number): string {
  const digits = String(count);
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) {
    groups.unshift(digits.slice(Math.max(0, end - 3), end));
  }
  return groups.join(",");
}
