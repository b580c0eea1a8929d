import { decodeUtf8, encodeUtf8 } from "../analysis/utf8.ts";
import { hashOf, slotHash } from "../byte-hash.ts";
import { corrupt } from "./sections.ts";

/** Byte strings one after another, seen through the file: string `i` ends where `i + 1` begins. */
export class StringList {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
  readonly length: number;

  /** Throws ERR_INDEX_CORRUPT unless the offsets rise from 0 to the end of the bytes. */
  constructor(bytes: Uint8Array, offsets: Uint32Array) {
    this.bytes = bytes;
    this.offsets = offsets;
    this.length = offsets.length - 1;
    checkOffsets(offsets, bytes.length);
  }

  /** String `index` as text. */
  text(index: number): string {
    return decodeUtf8(this.bytes, this.offsets[index]!, this.offsets[index + 1]!);
  }

  /** A view of the bytes of string `index`. */
  view(index: number): Uint8Array {
    return this.bytes.subarray(this.offsets[index], this.offsets[index + 1]);
  }

  /** Where `key` is when the strings are in the order of their bytes, or where it would be as -1 - place. */
  search(key: Uint8Array, length: number = key.length): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#compare(middle, key, length);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1 - low;
  }

  /** Negative when string `index` comes before the first `length` bytes of `key`. */
  #compare(index: number, key: Uint8Array, length: number): number {
    const start = this.offsets[index]!;
    const own = this.offsets[index + 1]! - start;
    const common = Math.min(own, length);
    for (let i = 0; i < common; i++) {
      const difference = this.bytes[start + i]! - key[i]!;
      if (difference !== 0) return difference;
    }
    return own - length;
  }
}

/** A list with the hash table that finds a string's place in it. */
export class StringTable extends StringList {
  readonly #slots: Uint32Array;

  constructor(bytes: Uint8Array, offsets: Uint32Array, slots: Uint32Array) {
    super(bytes, offsets);
    this.#slots = slots;
    // A power of two with a free slot, else a search would not end.
    if (slots.length === 0 || (slots.length & (slots.length - 1)) !== 0) {
      throw corrupt("a hash table has a size that none can have");
    }
    if (slots.length <= this.length) throw corrupt("a hash table is too small");
  }

  /** The place of `text`, or -1. */
  find(text: string): number {
    const key = encodeUtf8(text);
    const mask = this.#slots.length - 1;
    let slot = slotHash(hashOf(key, 0, key.length), 0) & mask;
    for (let probes = 0; probes <= mask; probes++) {
      const entry = this.#slots[slot]! - 1;
      if (entry < 0) return -1;
      if (entry < this.length && this.#equals(entry, key)) return entry;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  #equals(index: number, key: Uint8Array): boolean {
    const start = this.offsets[index]!;
    if (this.offsets[index + 1]! - start !== key.length) return false;
    for (let i = 0; i < key.length; i++) if (this.bytes[start + i] !== key[i]) return false;
    return true;
  }
}

/** Throws ERR_INDEX_CORRUPT unless `offsets` rise from 0 to `end`, with at least one of them. */
export function checkOffsets(offsets: Uint32Array, end: number): void {
  let previous = 0;
  let isRising = offsets.length > 0 && offsets[0] === 0 && offsets[offsets.length - 1] === end;
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!;
    if (offset < previous) isRising = false;
    previous = offset;
  }
  if (!isRising) throw corrupt("a list of offsets does not fit its content");
}
