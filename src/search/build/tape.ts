import type { SectionContent } from "../file/sections.ts";

/** Where a builder puts bytes that it need not hold: a file, in practice. Synchronous, as it is. */
export interface Scratch {
  /** Keeps a copy of the bytes behind all others; returns where they are. */
  append(bytes: Uint8Array): number;
  /** Fills `target` with the bytes at `position`, all of which were appended. */
  read(position: number, target: Uint8Array): void;
}

const FIRST_PAGE_BYTES = 256;
const PAGE_BYTES = 1 << 18;

/**
 * Bytes that are only ever appended, and read back in order. They grow by pages, so that adding to
 * many neither copies them nor holds them twice; full pages go to the scratch, if there is one.
 */
export class Tape implements SectionContent {
  readonly #scratch: Scratch | undefined;
  /** Full pages, or where they are in the scratch. */
  readonly #pages: (Uint8Array | number)[] = [];
  #page: Uint8Array = new Uint8Array(FIRST_PAGE_BYTES);
  #used = 0;

  constructor(scratch?: Scratch) {
    this.#scratch = scratch;
  }

  get byteLength(): number {
    return this.#pages.length * PAGE_BYTES + this.#used;
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    for (let from = start; from < end; ) {
      if (this.#used === this.#page.length) this.#makeRoom();
      const count = Math.min(end - from, this.#page.length - this.#used);
      this.#page.set(bytes.subarray(from, from + count), this.#used);
      this.#used += count;
      from += count;
    }
  }

  /** Appends 32 bits, little-endian. On a tape of nothing but these. */
  pushWord(value: number): void {
    if (this.#used === this.#page.length) this.#makeRoom();
    const page = this.#page;
    const at = this.#used;
    page[at] = value;
    page[at + 1] = value >>> 8;
    page[at + 2] = value >>> 16;
    page[at + 3] = value >>> 24;
    this.#used = at + 4;
  }

  /** Everything in order, in pieces; each is good until the next one is asked for. */
  *chunks(): Generator<Uint8Array> {
    let buffer: Uint8Array | undefined;
    for (const page of this.#pages) {
      if (typeof page === "number") {
        buffer ??= new Uint8Array(PAGE_BYTES);
        this.#scratch?.read(page, buffer);
        yield buffer;
      } else yield page;
    }
    if (this.#used > 0) yield this.#page.subarray(0, this.#used);
  }

  #makeRoom(): void {
    if (this.#page.length < PAGE_BYTES) {
      const grown = new Uint8Array(this.#page.length * 4);
      grown.set(this.#page);
      this.#page = grown;
      return;
    }
    if (this.#scratch) this.#pages.push(this.#scratch.append(this.#page));
    else {
      this.#pages.push(this.#page);
      this.#page = new Uint8Array(PAGE_BYTES);
    }
    this.#used = 0;
  }
}
