// Odd 32-bit constants with well-mixed bits (the primes of xxHash).
const PRIME_1 = 0x9e3779b1 | 0;
const PRIME_2 = 0x85ebca77 | 0;
const PRIME_3 = 0xc2b2ae3d | 0;

/**
 * A 128-bit hash of whole 32-bit words, against damage and not against an adversary. Four independent
 * lanes keep the multiplier busy, so that an index file is read at memory speed: its only purpose is
 * that `open` can afford to check every byte. Every step is a bijection of its lane, so a change
 * within one word always changes the result.
 *
 * @param words a view whose length is a multiple of 4.
 */
export function checksumOf(words: Int32Array): Int32Array {
  let a = PRIME_1;
  let b = PRIME_2;
  let c = PRIME_3;
  let d = words.length;
  for (let i = 0; i + 3 < words.length; i += 4) {
    a = step(a, words[i]!);
    b = step(b, words[i + 1]!);
    c = step(c, words[i + 2]!);
    d = step(d, words[i + 3]!);
  }
  // Each lane is spread over the others, so that all 128 bits depend on all words.
  a = finish(a ^ Math.imul(b, PRIME_2));
  b = finish(b ^ Math.imul(c, PRIME_3));
  c = finish(c ^ Math.imul(d, PRIME_1));
  d = finish(d ^ Math.imul(a, PRIME_2));
  return Int32Array.of(a, b, c, d);
}

/** The checksum as 32 hexadecimal digits. */
export function checksumText(checksum: Int32Array): string {
  return Array.from(checksum, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function step(lane: number, word: number): number {
  const mixed = Math.imul(lane ^ word, PRIME_1);
  return mixed ^ (mixed >>> 15);
}

function finish(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 15), PRIME_2);
  mixed = Math.imul(mixed ^ (mixed >>> 13), PRIME_3);
  return mixed ^ (mixed >>> 16);
}
