/**
 * BM25F's weighted term frequency of one posting: its units in each field times what a unit counts
 * there. `weights` come from `unitWeights`, `fieldLengths` has four bytes a document.
 */
export function weightedFrequency(
  packedUnits: number,
  document: number,
  fieldLengths: Uint8Array,
  weights: Float64Array,
): number {
  const at = document * 4;
  let frequency = 0;
  const inTitle = packedUnits & 255;
  if (inTitle !== 0) frequency += inTitle * weights[fieldLengths[at]!]!;
  const inHeadings = (packedUnits >>> 8) & 255;
  if (inHeadings !== 0) frequency += inHeadings * weights[256 + fieldLengths[at + 1]!]!;
  const inText = (packedUnits >>> 16) & 255;
  if (inText !== 0) frequency += inText * weights[512 + fieldLengths[at + 2]!]!;
  const inCode = packedUnits >>> 24;
  if (inCode !== 0) frequency += inCode * weights[768 + fieldLengths[at + 3]!]!;
  return frequency;
}
