import type { Segment } from "../file/segment.ts";
import { MANY_TERMS, MAX_SURFACE_TERMS, NO_TERM, UNITS_BITS } from "../file/surface-terms.ts";
import { FIELDS } from "./scoring.ts";

/**
 * Where the fields of a document are in its segment's token streams: start and end of each, in the
 * order of `FIELDS`. Never outside of the document.
 *
 * @param out filled and returned; used again by callers that read many documents.
 */
export function fieldRanges(
  segment: Segment,
  document: number,
  out: Uint32Array = new Uint32Array(FIELDS.length * 2),
): Uint32Array {
  const { streams, streamOffsets } = segment;
  const limit = streamOffsets[document + 1]!;
  let at = streamOffsets[document]!;
  for (let field = 0; field < FIELDS.length; field++) {
    let length = 0;
    for (let shift = 0; shift < 35 && at < limit; shift += 7) {
      const byte = streams[at++]!;
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    out[field * 2] = at;
    at = Math.min(limit, at + (length >>> 0));
    out[field * 2 + 1] = at;
  }
  return out;
}

/** Surfaces of a text, in order, filled by {@link readSurfaces} and used again by the next call. */
export class SurfaceBuffer {
  values: Int32Array = new Int32Array(1024);
  count = 0;

  push(surface: number): void {
    if (this.count === this.values.length) {
      const grown = new Int32Array(this.count * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.count++] = surface;
  }
}

/** Reads at most `limit` tokens of a stream. Numbers that no surface has are left out. */
export function readSurfaces(
  segment: Segment,
  start: number,
  end: number,
  limit: number,
  out: SurfaceBuffer,
): void {
  const { streams } = segment;
  const surfaceCount = segment.surfaces.length;
  out.count = 0;
  let at = start;
  while (at < end && out.count < limit) {
    let byte = streams[at++]!;
    let surface = byte & 127;
    for (let shift = 7; byte > 127 && shift < 28 && at < end; shift += 7) {
      byte = streams[at++]!;
      surface |= (byte & 127) << shift;
    }
    if (surface < surfaceCount) out.push(surface);
  }
}

/** Calls back with every term that a surface stands for. */
export function forEachTerm(
  segment: Segment,
  surface: number,
  visit: (term: number) => void,
): void {
  const entry = segment.surfaceTerms[surface]!;
  if (entry < NO_TERM) visit(entry);
  if (entry < MANY_TERMS) return;
  const lists = segment.surfaceTermLists;
  const place = entry - MANY_TERMS;
  const count = Math.min(MAX_SURFACE_TERMS, lists[place] ?? 0);
  const end = Math.min(lists.length - 1, place + count);
  for (let i = place + 1; i <= end; i++) visit(lists[i]! >>> UNITS_BITS);
}

/** The distinct terms of a document. */
export function termsOfDocument(segment: Segment, document: number): Set<number> {
  const terms = new Set<number>();
  const surfaces = new SurfaceBuffer();
  const ranges = fieldRanges(segment, document);
  for (let field = 0; field < FIELDS.length; field++) {
    const [start, end] = [ranges[field * 2]!, ranges[field * 2 + 1]!];
    readSurfaces(segment, start, end, Number.POSITIVE_INFINITY, surfaces);
    for (let i = 0; i < surfaces.count; i++) {
      forEachTerm(segment, surfaces.values[i]!, (term) => terms.add(term));
    }
  }
  return terms;
}
