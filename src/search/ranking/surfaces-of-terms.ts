import type { Segment } from "../file/segment.ts";
import { forEachTerm } from "./token-stream.ts";

/** The surfaces that stand for each term, alone or among others: the way back of `surfaceTerms`. */
export interface SurfacesOfTerms {
  /** By term: where its surfaces begin; one more at the end. */
  readonly offsets: Uint32Array;
  readonly surfaces: Uint32Array;
}

const known = new WeakMap<object, SurfacesOfTerms>();

/** Made once for a segment, by counting; a few milliseconds for 100,000 documents. */
export function surfacesOfTerms(segment: Segment): SurfacesOfTerms {
  const made = known.get(segment.surfaces) ?? invert(segment);
  known.set(segment.surfaces, made);
  return made;
}

function invert(segment: Segment): SurfacesOfTerms {
  const terms = segment.terms.length;
  const offsets = new Uint32Array(terms + 2);
  // What lists name has not been checked when the file was opened.
  const countOne = (term: number): void => {
    if (term < terms) offsets[term + 2]! += 1;
  };
  const surfaceCount = segment.surfaces.length;
  for (let surface = 0; surface < surfaceCount; surface++) forEachTerm(segment, surface, countOne);
  for (let term = 0; term < terms; term++) offsets[term + 2]! += offsets[term + 1]!;
  const surfaces = new Uint32Array(offsets[terms + 1]!);
  let current = 0;
  const place = (term: number): void => {
    if (term < terms) surfaces[offsets[term + 1]!++] = current;
  };
  for (; current < surfaceCount; current++) forEachTerm(segment, current, place);
  return { offsets: offsets.subarray(0, terms + 1), surfaces };
}
