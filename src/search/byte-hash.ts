/** FNV-1a's first state; {@link hashOf} folds bytes into it one by one, and so does the tokenizer. */
export const HASH_SEED: number = 0x811c9dc5 | 0;
export const HASH_PRIME = 0x01000193;

/** 32-bit FNV-1a of `bytes[start, end)`. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = HASH_SEED;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, HASH_PRIME);
  return hash;
}

/** Where a hash table begins to look: mixes the tag in and brings the high bits down, which FNV-1a leaves better than its low ones. */
export function slotHash(hash: number, tag: number): number {
  let mixed = Math.imul(hash ^ Math.imul(tag, 0x9e3779b1), 0x85ebca77);
  mixed ^= mixed >>> 15;
  return mixed >>> 0;
}
