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
}

/** Some strings of a list in the order of their bytes. */
export class SortedStrings {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly #offsets: Uint32Array;
  readonly #order: Uint32Array | undefined;

  /** @param order numbers of strings in the list; without it, the list is in order itself. */
  constructor(list: StringList, order?: Uint32Array) {
    this.bytes = list.bytes;
    this.#offsets = list.offsets;
    this.#order = order;
    this.length = order?.length ?? list.length;
  }

  /** The number in the list of the string at `place`. */
  numberAt(place: number): number {
    return this.#order === undefined ? place : this.#order[place]!;
  }

  startOf(place: number): number {
    return this.#offsets[this.numberAt(place)]!;
  }

  endOf(place: number): number {
    return this.#offsets[this.numberAt(place) + 1]!;
  }

  text(place: number): string {
    return decodeUtf8(this.bytes, this.startOf(place), this.endOf(place));
  }

  /** The place of `key`, or -1. */
  find(key: Uint8Array): number {
    const place = this.lowerBound(key);
    return place < this.length && this.#compare(place, key) === 0 ? place : -1;
  }

  /** The first place whose string is not below `key`. */
  lowerBound(key: Uint8Array): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Negative when the string at `place` comes before `key`. */
  #compare(place: number, key: Uint8Array): number {
    const start = this.startOf(place);
    const own = this.endOf(place) - start;
    const common = Math.min(own, key.length);
    for (let i = 0; i < common; i++) {
      const difference = this.bytes[start + i]! - key[i]!;
      if (difference !== 0) return difference;
    }
    return own - key.length;
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
