import type { Segment } from "../file/segment.ts";
import { isDeleted } from "../file/segment.ts";
import type { VectorStore } from "./vector-store.ts";

const NOTHING: ReadonlySet<string> = new Set();

/**
 * The vectors for the segments that an index became, taken over by the documents' ids. A document
 * that is new or was replaced has none, and of one that is gone nothing is left.
 */
export function carryVectors(
  store: VectorStore | undefined,
  before: readonly Segment[],
  after: readonly Segment[],
  replaced: ReadonlySet<string> = NOTHING,
): VectorStore | undefined {
  if (!store) return undefined;
  const { model, dimension } = store;
  const rows = after.reduce((sum, { documentCount }) => sum + documentCount, 0);
  const scales = new Float32Array(rows);
  const components = new Int8Array(rows * dimension);
  let row = 0;
  for (const segment of after) {
    for (let document = 0; document < segment.documentCount; document++, row++) {
      if (isDeleted(segment, document)) continue;
      const id = segment.documentIds.text(document);
      const from = replaced.has(id) ? -1 : rowOf(id, before);
      if (from < 0) continue;
      scales[row] = store.scales[from]!;
      components.set(
        store.components.subarray(from * dimension, (from + 1) * dimension),
        row * dimension,
      );
    }
  }
  return { model, dimension, scales, components };
}

/**
 * The vectors of an index with those of some documents, which take the place of any that they had.
 * Throws RangeError when they are of another model or dimension.
 */
export function addVectors(
  store: VectorStore | undefined,
  segments: readonly Segment[],
  ids: readonly string[],
  added: VectorStore,
): VectorStore {
  const { model, dimension } = added;
  if (store && (store.model !== model || store.dimension !== dimension)) {
    throw new RangeError(`vectors of ${model} (${dimension}) among ones of ${store.model}`);
  }
  const rows = segments.reduce((sum, { documentCount }) => sum + documentCount, 0);
  const scales = store?.scales.slice() ?? new Float32Array(rows);
  const components = store?.components.slice() ?? new Int8Array(rows * dimension);
  for (const [from, id] of ids.entries()) {
    const row = rowOf(id, segments);
    if (row < 0) continue;
    scales[row] = added.scales[from]!;
    components.set(
      added.components.subarray(from * dimension, (from + 1) * dimension),
      row * dimension,
    );
  }
  return { model, dimension, scales, components };
}

function rowOf(id: string, segments: readonly Segment[]): number {
  let base = 0;
  for (const segment of segments) {
    const document = segment.documentIds.find(id);
    if (document >= 0 && !isDeleted(segment, document)) return base + document;
    base += segment.documentCount;
  }
  return -1;
}
