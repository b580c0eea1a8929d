import { slotHash } from "../byte-hash.ts";
import { GrowingBytes, GrowingUint32 } from "./growing.ts";

/**
 * Numbers distinct byte strings 0, 1, 2, ... in order of first sight: an open-addressing hash table
 * over one byte pool, with no object a string. The same bytes under another tag are another string.
 */
export class ByteInterner {
  readonly pool: GrowingBytes = new GrowingBytes();
  /** Where each string begins in the pool, and at the end where the last one ends. */
  readonly offsets: GrowingUint32 = new GrowingUint32();
  readonly tags: GrowingUint32 = new GrowingUint32();
  readonly #hashes = new GrowingUint32();
  /** Entry number + 1, or 0 where the slot is free. At most half full. */
  #slots: Int32Array = new Int32Array(1024);

  constructor() {
    this.offsets.push(0);
  }

  get size(): number {
    return this.tags.length;
  }

  /**
   * The number of `bytes[start, end)` under `tag`. `hash` must be a function of exactly these
   * bytes, such as its `hashOf`. Compare `size` before and after to see whether it is new.
   */
  intern(bytes: Uint8Array, start: number, end: number, hash: number, tag: number): number {
    const mixed = slotHash(hash, tag);
    const mask = this.#slots.length - 1;
    let slot = mixed & mask;
    for (;;) {
      const entry = this.#slots[slot]! - 1;
      if (entry < 0) break;
      if (this.#hashes.values[entry] === mixed && this.#holds(entry, bytes, start, end, tag)) {
        return entry;
      }
      slot = (slot + 1) & mask;
    }
    const entry = this.size;
    this.pool.append(bytes, start, end);
    this.offsets.push(this.pool.length);
    this.tags.push(tag);
    this.#hashes.push(mixed);
    this.#slots[slot] = entry + 1;
    if (this.size * 2 > this.#slots.length) this.#rehash();
    return entry;
  }

  /** The hash table itself, to be looked up in without building it again. */
  slots(): Uint32Array {
    return Uint32Array.from(this.#slots);
  }

  #holds(entry: number, bytes: Uint8Array, start: number, end: number, tag: number): boolean {
    const offsets = this.offsets.values;
    const from = offsets[entry]!;
    if (offsets[entry + 1]! - from !== end - start || this.tags.values[entry] !== tag) return false;
    const pool = this.pool.values;
    for (let i = start, j = from; i < end; i++, j++) if (bytes[i] !== pool[j]) return false;
    return true;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.size; entry++) {
      let slot = this.#hashes.values[entry]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
    this.#slots = slots;
  }
}
