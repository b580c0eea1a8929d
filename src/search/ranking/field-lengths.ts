import { FIELD_SCORING, FIELDS } from "./scoring.ts";

/**
 * The lengths that a byte can say: exact up to 39 words, then in steps of about 5 %. A length is
 * rounded down to one of them, which moves a score by less than the choice of `b` does.
 */
export const LENGTHS: Float64Array = makeLengths();

function makeLengths(): Float64Array {
  const lengths = new Float64Array(256);
  for (let i = 0; i < 256; i++) lengths[i] = i < 40 ? i : Math.ceil(lengths[i - 1]! * 1.05);
  return lengths;
}

/** The place in {@link LENGTHS} of the greatest length that is not above this one. */
export function lengthByte(length: number): number {
  if (length < 40) return length;
  let low = 39;
  let high = 255;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (LENGTHS[middle]! <= length) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Averages over a collection, by field. */
export function averageLengths(totals: ArrayLike<number>, documents: number): Float64Array {
  return Float64Array.from(totals, (total) => (documents === 0 ? 0 : total / documents));
}

/**
 * What one unit of an occurrence counts, by field and length byte: `[field * 256 + byte]`. The sum
 * over a document's occurrences is BM25F's weighted term frequency.
 */
export function unitWeights(averages: Float64Array, unitsOfOne: number): Float64Array {
  const weights = new Float64Array(FIELDS.length * 256);
  for (const [field, name] of FIELDS.entries()) {
    const { weight, b } = FIELD_SCORING[name];
    const average = averages[field]!;
    for (let byte = 0; byte < 256; byte++) {
      const ratio = average > 0 ? LENGTHS[byte]! / average : 1;
      weights[field * 256 + byte] = weight / unitsOfOne / (1 - b + b * ratio);
    }
  }
  return weights;
}
