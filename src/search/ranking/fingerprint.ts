import { slotHash } from "../byte-hash.ts";

/** Numbers of 32 bits that a document's fingerprint takes. */
export const FINGERPRINT_WORDS = 4;
/** Of two sets with nine words of ten in common about six bits differ, and hardly ever more. */
const MAX_DIFFERENT_BITS = 12;
const BIN_BITS = 7;
const RANK_BITS = 32 - BIN_BITS;

/**
 * A sketch of a set of words by which sets that differ much are told apart without reading them: the
 * words are dealt out to 128 bins by their hash, and of the greatest hash in each bin one bit is kept
 * (one-permutation b-bit minwise hashing; Li, Owen and Zhang 2012). Equal sets have equal ones.
 */
export class Fingerprint {
  /** By bin: the greatest hash seen, 0 for none. */
  readonly #greatest = new Int32Array(1 << BIN_BITS);

  clear(): void {
    this.#greatest.fill(0);
  }

  /** @param hash `hashOf` of the word's bytes. */
  add(hash: number): void {
    const mixed = slotHash(hash, 0);
    const bin = mixed >>> RANK_BITS;
    const rank = mixed & ((1 << RANK_BITS) - 1);
    if (rank > this.#greatest[bin]!) this.#greatest[bin] = rank;
  }

  /** One of {@link FINGERPRINT_WORDS} numbers. */
  word(place: number): number {
    let word = 0;
    for (let i = 0; i < 32; i++) word |= (this.#greatest[place * 32 + i]! & 1) << i;
    return word >>> 0;
  }
}

/** Whether the sets behind two fingerprints may have nine words of ten in common. */
export function mayBeAlike(
  some: Uint32Array,
  first: number,
  others: Uint32Array,
  second: number,
): boolean {
  let different = 0;
  for (let i = 0; i < FINGERPRINT_WORDS; i++) {
    const own = some[first * FINGERPRINT_WORDS + i]!;
    different += countBits(own ^ others[second * FINGERPRINT_WORDS + i]!);
  }
  return different <= MAX_DIFFERENT_BITS;
}

/** The number of bits that are 1, added up side by side in pairs, fours and bytes. */
function countBits(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  bits = (bits + (bits >>> 4)) & 0x0f0f0f0f;
  return Math.imul(bits, 0x01010101) >>> 24;
}
