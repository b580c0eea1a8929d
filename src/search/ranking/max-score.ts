import { END, type PostingCursor } from "./posting-cursor.ts";
import type { TopDocuments } from "./top-documents.ts";

const WINDOW = 2048;
const scores = new Int32Array(WINDOW);
const marks = new Int32Array(WINDOW / 32);

/**
 * Adds the best documents of a segment to `top` and returns how many it looked at that `accepts`.
 *
 * MaxScore over windows of documents: terms whose bounds together cannot lift a document into the
 * top are not walked over, only looked up for documents that the other terms bring. The result is
 * exactly that of adding up every posting, since scores are whole numbers and bounds are never
 * exceeded.
 *
 * @param base the global number of the segment's first document.
 */
export function addTopDocuments(
  cursors: readonly PostingCursor[],
  documentCount: number,
  base: number,
  accepts: ((document: number) => boolean) | undefined,
  top: TopDocuments,
): number {
  const ordered = cursors.toSorted((a, b) => a.bound - b.bound);
  // boundsUpTo[i]: what the first i + 1 cursors add to a document at most.
  const boundsUpTo: number[] = [];
  for (const { bound } of ordered) boundsUpTo.push((boundsUpTo.at(-1) ?? 0) + bound);
  let seen = 0;
  let essential = 0;
  for (;;) {
    while (essential < ordered.length && boundsUpTo[essential]! <= top.threshold) essential++;
    let start = END;
    for (let i = essential; i < ordered.length; i++) start = Math.min(start, ordered[i]!.document);
    if (start >= documentCount) return seen;
    const end = Math.min(documentCount, start + WINDOW);
    for (let i = essential; i < ordered.length; i++) {
      ordered[i]!.addBelow(end, start, scores, marks);
    }
    for (let word = 0; word < marks.length; word++) {
      let bits = marks[word]!;
      marks[word] = 0;
      while (bits !== 0) {
        const slot = (word << 5) + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        const partial = scores[slot]!;
        scores[slot] = 0;
        const document = start + slot;
        if (accepts !== undefined && !accepts(document)) continue;
        seen += 1;
        const score = complete(ordered, boundsUpTo, essential, document, partial, top.threshold);
        if (score > top.threshold) top.add(base + document, score);
      }
    }
  }
}

/** Adds the cursors below `essential` to a score, or returns 0 as soon as it cannot win. */
function complete(
  cursors: readonly PostingCursor[],
  boundsUpTo: readonly number[],
  essential: number,
  document: number,
  partial: number,
  threshold: number,
): number {
  let score = partial;
  for (let i = essential - 1; i >= 0; i--) {
    if (score + boundsUpTo[i]! <= threshold) return 0;
    score += cursors[i]!.scoreAt(document);
  }
  return score;
}
