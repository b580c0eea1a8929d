/** Twice as many as what can be put in, so that a search ends soon. */
const SLOTS = 4096;

/** A set of at most 2,048 hashes, none of them 0, to be used again and again. */
export class HashSet {
  readonly #slots = new Int32Array(SLOTS);
  readonly #used = new Int32Array(SLOTS / 2);
  #size = 0;

  /** Returns false when it was there before. */
  add(hash: number): boolean {
    const slot = this.#find(hash);
    if (this.#slots[slot] === hash) return false;
    this.#slots[slot] = hash;
    this.#used[this.#size++] = slot;
    return true;
  }

  has(hash: number): boolean {
    return this.#slots[this.#find(hash)] === hash;
  }

  clear(): void {
    for (let i = 0; i < this.#size; i++) this.#slots[this.#used[i]!] = 0;
    this.#size = 0;
  }

  /** Where the hash is, or the free place where it would be. */
  #find(hash: number): number {
    const slots = this.#slots;
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    while (slots[slot] !== 0 && slots[slot] !== hash) slot = (slot + 1) & (SLOTS - 1);
    return slot;
  }
}
