/** A stretch of the source (half-open, UTF-16 units) and what stands in its place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The slice of the source with the edits made that lie in it. An edit inside another one is
 * dropped: the outer one has replaced its text.
 */
export function sliceEdited(
  source: string,
  start: number,
  end: number,
  edits: readonly Edit[],
): string {
  let out = "";
  let at = start;
  const inOrder = edits.toSorted((a, b) => a.start - b.start || b.end - a.end);
  for (const edit of inOrder) {
    if (edit.start < at || edit.end > end) continue;
    out += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + source.slice(at, end);
}
