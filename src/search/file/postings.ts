/**
 * A posting is a document and, packed in 32 bits, how many units of the term each of its four
 * fields holds (a byte a field, title lowest). Few of these packed counts are common, so a posting
 * names one of {@link UNIT_CODES} of them by a byte, its code; code 0 stands for any other.
 *
 * The postings of a term are a varint of their number, a varint of their first block's place among
 * the blocks when there is more than one, and blocks of at most {@link BLOCK_POSTINGS}:
 *
 *     width       1 byte, 1 to 4
 *     distances   width bytes for each document, from the one before it, little-endian
 *     codes       1 byte for each
 *     others      4 bytes for each code 0, little-endian
 *
 * Columns of a fixed width are read without a branch, and a document is found without its units.
 */
export const BLOCK_POSTINGS = 128;
export const UNIT_CODES = 256;

/** Where the codes of a block begin that begins at `at`. */
export function codesStart(bytes: Uint8Array, at: number, count: number): number {
  return at + 1 + (bytes[at] ?? 0) * count;
}

/** Reads the documents of the block at `at`; the first is counted from `base`. */
export function readDocuments(
  bytes: Uint8Array,
  at: number,
  base: number,
  count: number,
  out: Int32Array,
): void {
  const width = bytes[at]!;
  let document = base;
  let next = at + 1;
  if (width === 1) {
    for (let i = 0; i < count; i++) {
      document += bytes[next++]!;
      out[i] = document;
    }
    return;
  }
  if (width === 2) {
    for (let i = 0; i < count; i++) {
      document += bytes[next]! | (bytes[next + 1]! << 8);
      out[i] = document;
      next += 2;
    }
    return;
  }
  for (let i = 0; i < count; i++) {
    for (let byte = 0; byte < width; byte++) document += bytes[next++]! * 2 ** (byte * 8);
    out[i] = document;
  }
}

/** The packed units of a posting with code 0, at `place` in the block whose codes are at `codes`. */
export function readOther(bytes: Uint8Array, codes: number, count: number, place: number): number {
  let at = codes + count;
  for (let i = 0; i < place; i++) if (bytes[codes + i] === 0) at += 4;
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
