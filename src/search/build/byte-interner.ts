import { slotHash } from "../byte-hash.ts";
import { GrowingBytes, grownUint32 } from "./growing.ts";

/** Of an entry: its hash, where it begins and ends in the pool, its tag. */
const ENTRY_WORDS = 4;

/**
 * Numbers distinct byte strings 0, 1, 2, ... in order of first sight: an open-addressing hash table
 * over one byte pool, with no object a string. The same bytes under another tag are another string.
 */
export class ByteInterner {
  /** The strings, one after another in order. */
  readonly pool: GrowingBytes = new GrowingBytes();
  /** Side by side, so that a comparison costs one miss of the cache and not four. */
  #entries: Uint32Array = new Uint32Array(1024 * ENTRY_WORDS);
  /** Entry number + 1, or 0 where the slot is free. At most half full. */
  #slots = new Int32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /**
   * The number of `bytes[start, end)` under `tag`. `hash` must be a function of exactly these
   * bytes, such as its `hashOf`. Compare `size` before and after to see whether it is new.
   */
  intern(bytes: Uint8Array, start: number, end: number, hash: number, tag: number): number {
    const mixed = slotHash(hash, tag);
    const entries = this.#entries;
    const mask = this.#slots.length - 1;
    let slot = mixed & mask;
    for (;;) {
      const number = this.#slots[slot]! - 1;
      if (number < 0) break;
      const at = number * ENTRY_WORDS;
      if (entries[at] === mixed && entries[at + 3] === tag) {
        const from = entries[at + 1]!;
        if (entries[at + 2]! - from === end - start && this.#holds(from, bytes, start, end)) {
          return number;
        }
      }
      slot = (slot + 1) & mask;
    }
    return this.#add(bytes, start, end, mixed, tag, slot);
  }

  /** Where each string begins in the pool, and at the end where the last one ends. */
  offsets(): Uint32Array {
    const offsets = new Uint32Array(this.#size + 1);
    for (let number = 0; number < this.#size; number++) {
      offsets[number + 1] = this.#entries[number * ENTRY_WORDS + 2]!;
    }
    return offsets;
  }

  /** The hash table itself, to be looked up in without building it again. */
  slots(): Uint32Array {
    return new Uint32Array(this.#slots.buffer);
  }

  #holds(from: number, bytes: Uint8Array, start: number, end: number): boolean {
    const pool = this.pool.values;
    for (let i = start, j = from; i < end; i++, j++) if (bytes[i] !== pool[j]) return false;
    return true;
  }

  #add(
    bytes: Uint8Array,
    start: number,
    end: number,
    mixed: number,
    tag: number,
    slot: number,
  ): number {
    const number = this.#size++;
    const at = number * ENTRY_WORDS;
    if (at === this.#entries.length) this.#entries = grownUint32(this.#entries, at + ENTRY_WORDS);
    this.#entries[at] = mixed;
    this.#entries[at + 1] = this.pool.length;
    this.pool.append(bytes, start, end);
    this.#entries[at + 2] = this.pool.length;
    this.#entries[at + 3] = tag;
    this.#slots[slot] = number + 1;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return number;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#size; number++) {
      let slot = this.#entries[number * ENTRY_WORDS]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}
