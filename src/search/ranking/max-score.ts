import { END, type PostingCursor } from "./posting-cursor.ts";
import type { TopDocuments } from "./top-documents.ts";

/** Documents that are scored together; small enough that bounds differ from window to window. */
const WINDOW = 4096;
const scores = new Int32Array(WINDOW);
const marks = new Int32Array(WINDOW / 32);
/** Documents of the window that may be among the best, in ascending order. */
const slots = new Int32Array(WINDOW);

/**
 * Adds the best documents of a segment to `top` and returns how many it looked at that `accepts`.
 *
 * Block-max MaxScore over windows of documents. In each window every term has a bound, the most
 * that it adds to a document there. Windows whose bounds together do not reach the top are skipped
 * unread; in the others, terms whose bounds together cannot lift a document into the top are not
 * walked over, only looked up for documents that the other terms bring. The result is exactly that
 * of adding up every posting, since scores are whole numbers and bounds are never exceeded.
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
  const ordered = [...cursors];
  const bounds = new Float64Array(cursors.length);
  // boundsUpTo[i]: what the first i + 1 cursors add to a document of the window at most.
  const boundsUpTo = new Float64Array(cursors.length);
  let seen = 0;
  let start = 0;
  for (;;) {
    start = Math.max(start, nextDocument(ordered));
    if (start >= documentCount) return seen;
    const end = Math.min(documentCount, start + WINDOW);
    orderByBound(ordered, bounds, start, end);
    const { threshold } = top;
    let essential = 0;
    let sum = 0;
    for (let i = 0; i < ordered.length; i++) {
      sum += bounds[i]!;
      boundsUpTo[i] = sum;
      if (sum <= threshold) essential = i + 1;
    }
    if (essential < ordered.length) {
      for (let i = essential; i < ordered.length; i++) {
        ordered[i]!.addWindow(start, end, scores, marks);
      }
      let count = takeMarked(start, accepts);
      seen += count;
      // Term by term, so that each loop has one cursor at hand.
      for (let i = essential - 1; i >= 0 && count > 0; i--) {
        count = keepAbove(threshold - boundsUpTo[i]!, count);
        ordered[i]!.addTo(slots, count, start, scores);
      }
      count = keepAbove(threshold, count);
      for (let i = 0; i < count; i++) {
        const slot = slots[i]!;
        top.add(base + start + slot, scores[slot]!);
        scores[slot] = 0;
      }
    }
    start = end;
  }
}

/** Moves the marked documents that `accepts` to `slots`, and returns how many they are. */
function takeMarked(start: number, accepts: ((document: number) => boolean) | undefined): number {
  let count = 0;
  for (let word = 0; word < marks.length; word++) {
    let bits = marks[word]!;
    marks[word] = 0;
    while (bits !== 0) {
      const slot = (word << 5) + 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
      if (accepts === undefined || accepts(start + slot)) slots[count++] = slot;
      else scores[slot] = 0;
    }
  }
  return count;
}

/** Drops the first `count` slots but those with a score above the least; returns how many stay. */
function keepAbove(least: number, count: number): number {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const slot = slots[i]!;
    if (scores[slot]! > least) slots[kept++] = slot;
    else scores[slot] = 0;
  }
  return kept;
}

/** The least document that a cursor stands on: there is no posting before it. */
function nextDocument(cursors: readonly PostingCursor[]): number {
  let next = END;
  for (let i = 0; i < cursors.length; i++) next = Math.min(next, cursors[i]!.document);
  return next;
}

/** Sorts the cursors by what they add to a document of the window, ascending. */
function orderByBound(
  cursors: PostingCursor[],
  bounds: Float64Array,
  start: number,
  end: number,
): void {
  // Insertion: the order changes little from window to window.
  for (let i = 0; i < cursors.length; i++) {
    const cursor = cursors[i]!;
    const bound = cursor.boundWithin(start, end);
    let place = i;
    for (; place > 0 && bounds[place - 1]! > bound; place--) {
      bounds[place] = bounds[place - 1]!;
      cursors[place] = cursors[place - 1]!;
    }
    bounds[place] = bound;
    cursors[place] = cursor;
  }
}
