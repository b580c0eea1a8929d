import { type GrowingBytes, grownUint32 } from "./growing.ts";
import { UnitPalette } from "./unit-palette.ts";

const PAGE_BITS = 20;
const PAGE_BYTES = 1 << PAGE_BITS;
const FIRST_SLICE_BYTES = 8;
const LAST_SLICE_BYTES = 2048;
/** A varint of five bytes, a code, four bytes of units. */
const MAX_POSTING_BYTES = 10;
/** At the end of every slice: where the next one begins. */
const LINK_BYTES = 4;

/**
 * The postings of all terms while an index is built: of each a varint of its distance, its code,
 * and four bytes of units when that is 0; see `file/postings.ts`. Each term owns a chain of slices, each twice
 * as long as the one before, so that a term seen once costs a few bytes and a common one little
 * more than its postings: memory grows with the compressed size, and nothing is sorted at the end.
 */
export class PostingChains {
  readonly palette: UnitPalette = new UnitPalette();
  readonly #pages: Uint8Array[] = [];
  #allocated = 0;
  readonly #posting: Uint8Array = new Uint8Array(MAX_POSTING_BYTES);
  // By term: one more than where its first slice is, or 0 for none; where the next byte goes; where
  // its last slice ends.
  #heads: Uint32Array = new Uint32Array(1024);
  #tails: Uint32Array = new Uint32Array(1024);
  #ends: Uint32Array = new Uint32Array(1024);
  /** Bytes of the last slice; 0 stands for the first size. */
  #sizes: Uint16Array = new Uint16Array(1024);
  #lastDocuments: Uint32Array = new Uint32Array(1024);
  /** By term: in how many documents it is. */
  documentCounts: Uint32Array = new Uint32Array(1024);

  /** Bytes that the chains take. */
  get heldBytes(): number {
    return this.#allocated;
  }

  /** Documents must come in ascending order, each term once a document. */
  append(term: number, document: number, packedUnits: number): void {
    if (term >= this.#heads.length) this.#grow(term + 1);
    const posting = this.#posting;
    const distance = document - this.#lastDocuments[term]!;
    const code = this.palette.codeOf(packedUnits);
    let count = 0;
    for (let rest = distance; ; rest >>>= 7) {
      if (rest < 128) {
        posting[count++] = rest;
        break;
      }
      posting[count++] = (rest & 127) | 128;
    }
    posting[count++] = code;
    if (code === 0) {
      for (let shift = 0; shift < 32; shift += 8) posting[count++] = packedUnits >>> shift;
    }
    this.documentCounts[term]! += 1;
    if (this.#heads[term] === 0) {
      const head = this.#allocate(FIRST_SLICE_BYTES);
      this.#heads[term] = head + 1;
      this.#tails[term] = head;
      this.#ends[term] = head + FIRST_SLICE_BYTES - LINK_BYTES;
    }
    this.#lastDocuments[term] = document;
    let tail = this.#tails[term]!;
    let end = this.#ends[term]!;
    let page = this.#pages[tail >>> PAGE_BITS]!;
    for (let i = 0; i < count; i++) {
      if (tail === end) {
        tail = this.#extend(term, end);
        end = this.#ends[term]!;
        page = this.#pages[tail >>> PAGE_BITS]!;
      }
      page[tail & (PAGE_BYTES - 1)] = posting[i]!;
      tail += 1;
    }
    this.#tails[term] = tail;
  }

  /** Whether there are postings of a term. */
  has(term: number): boolean {
    return term < this.#heads.length && this.#heads[term] !== 0;
  }

  /** Drops the postings. Those that follow go on from them: distances and counts are not begun anew. */
  clear(): void {
    this.#allocated = 0;
    this.#heads.fill(0);
    this.#sizes.fill(0);
  }

  /** Appends the bytes of the postings of a term. */
  copyTo(term: number, out: GrowingBytes): void {
    if (!this.has(term)) return;
    const tail = this.#tails[term]!;
    const last = this.#ends[term]!;
    let at = this.#heads[term]! - 1;
    for (let size = FIRST_SLICE_BYTES; ; size = nextSize(size)) {
      const page = this.#pages[at >>> PAGE_BITS]!;
      const offset = at & (PAGE_BYTES - 1);
      const end = at + size - LINK_BYTES;
      if (end === last) {
        out.append(page, offset, offset + tail - at);
        return;
      }
      out.append(page, offset, offset + size - LINK_BYTES);
      at = readLink(page, offset + size - LINK_BYTES);
    }
  }

  /** Links a new slice to the one that ends at `end`, and returns where it begins. */
  #extend(term: number, end: number): number {
    const size = nextSize(this.#sizes[term]! || FIRST_SLICE_BYTES);
    const next = this.#allocate(size);
    const page = this.#pages[end >>> PAGE_BITS]!;
    const offset = end & (PAGE_BYTES - 1);
    page[offset] = next & 255;
    page[offset + 1] = (next >>> 8) & 255;
    page[offset + 2] = (next >>> 16) & 255;
    page[offset + 3] = next >>> 24;
    this.#ends[term] = next + size - LINK_BYTES;
    this.#sizes[term] = size;
    return next;
  }

  /** Slices do not cross pages, so every size divides a page. */
  #allocate(size: number): number {
    const room = PAGE_BYTES - (this.#allocated & (PAGE_BYTES - 1));
    if (this.#pages.length === 0 || room < size) this.#allocated += room === PAGE_BYTES ? 0 : room;
    if (this.#allocated >>> PAGE_BITS === this.#pages.length) {
      this.#pages.push(new Uint8Array(PAGE_BYTES));
    }
    const at = this.#allocated;
    this.#allocated += size;
    return at;
  }

  #grow(needed: number): void {
    this.#heads = grownUint32(this.#heads, needed);
    this.#tails = grownUint32(this.#tails, needed);
    this.#ends = grownUint32(this.#ends, needed);
    this.#lastDocuments = grownUint32(this.#lastDocuments, needed);
    this.documentCounts = grownUint32(this.documentCounts, needed);
    const sizes = new Uint16Array(this.#heads.length);
    sizes.set(this.#sizes);
    this.#sizes = sizes;
  }
}

function nextSize(size: number): number {
  return Math.min(size * 2, LAST_SLICE_BYTES);
}

function readLink(page: Uint8Array, at: number): number {
  return (page[at]! | (page[at + 1]! << 8) | (page[at + 2]! << 16) | (page[at + 3]! << 24)) >>> 0;
}
