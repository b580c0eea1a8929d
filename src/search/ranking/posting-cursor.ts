import { BLOCK_POSTINGS, codesStart, readDocuments, readOther } from "../file/postings.ts";
import { corrupt } from "../file/sections.ts";
import type { Segment } from "../file/segment.ts";
import { K1 } from "./scoring.ts";
import { weightedFrequency } from "./weighted-frequency.ts";

/** Where a cursor stands when its postings are used up. */
export const END = 0x7fffffff;

/** What scoring needs to know of a segment beside its bytes. */
export interface SegmentWeights {
  /** By field and length byte, from `unitWeights`. */
  readonly unitWeights: Float64Array;
  /** By code: the field that its units are in, or -1 when they are in several. */
  readonly fieldOfCode: Int8Array;
  /** By code of one field and length byte: the {@link saturation}, `[code * 256 + byte]`. */
  readonly shareOfCode: Float64Array;
  /** How far the averages of now can lift a frequency above its bound in the file; at least 1. */
  readonly boundScale: number;
}

/** Walks over one term's postings in ascending order and says what each adds to a score. */
export class PostingCursor {
  /** The document it stands on, or {@link END}. */
  document: number = END;
  readonly #segment: Segment;
  readonly #weights: SegmentWeights;
  readonly #scale: number;
  readonly #count: number;
  readonly #firstBlock: number;
  readonly #blockCount: number;
  readonly #start: number;
  readonly #documents: Int32Array;
  /** The greatest score, when there is one block. */
  readonly #bound: number;
  /** The first block that can reach into the windows to come. */
  #boundBlock = 0;
  #block = 0;
  #inBlock = 0;
  /** Where the codes of the block are. */
  #codes = 0;
  #place = 0;

  /**
   * @param scale what the term adds to a document that it fills, in parts of `SCORE_SCALE`.
   * @param documents room for a block's documents, the cursor's own as long as it is used.
   */
  constructor(
    segment: Segment,
    weights: SegmentWeights,
    term: number,
    scale: number,
    documents: Int32Array = new Int32Array(BLOCK_POSTINGS),
  ) {
    this.#documents = documents;
    this.#segment = segment;
    this.#weights = weights;
    this.#scale = scale;
    const head = readHead(segment, term);
    this.#count = head.count;
    this.#firstBlock = head.firstBlock;
    this.#start = head.start;
    this.#blockCount = Math.ceil(head.count / BLOCK_POSTINGS);
    if (head.firstBlock + this.#blockCount > segment.blockEnds.length && this.#blockCount > 1) {
      throw corrupt("the postings of a term have no blocks");
    }
    this.#load(0);
    this.#bound = this.#blockCount > 1 ? 0 : this.#boundOfOnlyBlock();
  }

  /** What it adds to a document from `start` to below `end` is not more; windows must ascend. */
  boundWithin(start: number, end: number): number {
    if (this.document >= end) return 0;
    if (this.#blockCount === 1) return this.#bound;
    const { blockLastDocuments, blockBounds } = this.#segment;
    const first = this.#firstBlock;
    let block = this.#boundBlock;
    while (block < this.#blockCount && blockLastDocuments[first + block]! < start) block++;
    this.#boundBlock = block;
    let frequency = 0;
    for (; block < this.#blockCount; block++) {
      frequency = Math.max(frequency, blockBounds[first + block]!);
      if (blockLastDocuments[first + block]! >= end - 1) break;
    }
    if (frequency === 0) return 0;
    return scoreOf(saturation(frequency * this.#weights.boundScale), this.#scale);
  }

  /** Adds what the postings from `start` to below `end` are worth to `scores`, and marks them. */
  addWindow(start: number, end: number, scores: Int32Array, marks: Int32Array): void {
    if (this.document < start) this.#advance(start);
    const documents = this.#documents;
    const scale = this.#scale;
    const { fieldLengths, postings } = this.#segment;
    const { fieldOfCode, shareOfCode } = this.#weights;
    while (this.document < end) {
      const codes = this.#codes;
      const count = this.#inBlock;
      for (let place = this.#place; place < count; place++) {
        const document = documents[place]!;
        if (document >= end) {
          this.#place = place;
          this.document = document;
          return;
        }
        const code = postings[codes + place]!;
        const field = fieldOfCode[code]!;
        const share =
          field >= 0
            ? shareOfCode[(code << 8) | fieldLengths[document * 4 + field]!]!
            : this.#shareOf(place);
        const slot = document - start;
        scores[slot]! += scoreOf(share, scale);
        marks[slot >>> 5]! |= 1 << (slot & 31);
      }
      this.#load(this.#block + 1);
    }
  }

  /** Adds what the term is worth in the first `count` of the slots, which must ascend. */
  addTo(slots: Int32Array, count: number, start: number, scores: Int32Array): void {
    if (this.document === END) return;
    const documents = this.#documents;
    const scale = this.#scale;
    const { fieldLengths, postings } = this.#segment;
    const { fieldOfCode, shareOfCode } = this.#weights;
    let place = this.#place;
    let last = documents[this.#inBlock - 1]!;
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!;
      const document = start + slot;
      if (last < document) {
        this.#place = place;
        this.#advance(document);
        if (this.document === END) return;
        place = this.#place;
        last = documents[this.#inBlock - 1]!;
      }
      while (documents[place]! < document) place++;
      if (documents[place] !== document) continue;
      const code = postings[this.#codes + place]!;
      const field = fieldOfCode[code]!;
      const share =
        field >= 0
          ? shareOfCode[(code << 8) | fieldLengths[document * 4 + field]!]!
          : this.#shareOf(place);
      scores[slot]! += scoreOf(share, scale);
    }
    this.#place = place;
    this.document = documents[place]!;
  }

  /** What the term adds to `document`, which must not be below the one of the call before. */
  scoreAt(document: number): number {
    if (this.document < document) this.#advance(document);
    if (this.document !== document) return 0;
    return scoreOf(this.#shareOf(this.#place), this.#scale);
  }

  /** The saturation of the posting at a place in the block. */
  #shareOf(place: number): number {
    const { postings, fieldLengths, unitCodes } = this.#segment;
    const { fieldOfCode, shareOfCode, unitWeights } = this.#weights;
    const document = this.#documents[place]!;
    const code = postings[this.#codes + place]!;
    const field = fieldOfCode[code]!;
    if (field >= 0) return shareOfCode[(code << 8) | fieldLengths[document * 4 + field]!]!;
    const units =
      code > 0 ? unitCodes[code]! : readOther(postings, this.#codes, this.#inBlock, place);
    return saturation(weightedFrequency(units, document, fieldLengths, unitWeights));
  }

  #advance(target: number): void {
    const { blockLastDocuments } = this.#segment;
    if (this.#blockCount > 1 && blockLastDocuments[this.#firstBlock + this.#block]! < target) {
      // Gallop, then halve: most steps are short, some are very long.
      let low = this.#block + 1;
      let step = 1;
      while (
        low + step < this.#blockCount &&
        blockLastDocuments[this.#firstBlock + low + step]! < target
      ) {
        low += step + 1;
        step *= 2;
      }
      let high = Math.min(this.#blockCount, low + step);
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (blockLastDocuments[this.#firstBlock + middle]! < target) low = middle + 1;
        else high = middle;
      }
      this.#load(low);
    }
    let place = this.#place;
    while (place < this.#inBlock && this.#documents[place]! < target) place++;
    if (place < this.#inBlock) {
      this.#place = place;
      this.document = this.#documents[place]!;
    } else this.#load(this.#block + 1);
  }

  #load(block: number): void {
    this.#block = block;
    this.#place = 0;
    this.#inBlock = Math.min(BLOCK_POSTINGS, this.#count - block * BLOCK_POSTINGS);
    if (this.#inBlock <= 0) {
      this.#inBlock = 0;
      this.document = END;
      return;
    }
    const { postings, blockEnds, blockLastDocuments } = this.#segment;
    const before = this.#firstBlock + block - 1;
    const start = block === 0 ? this.#start : blockEnds[before]!;
    const base = block === 0 ? 0 : blockLastDocuments[before]!;
    this.#codes = codesStart(postings, start, this.#inBlock);
    if (this.#codes + this.#inBlock > postings.length) {
      throw corrupt("the postings of a term end too early");
    }
    readDocuments(postings, start, base, this.#inBlock, this.#documents);
    if (this.#documents[this.#inBlock - 1]! >= this.#segment.documentCount) {
      throw corrupt("the postings of a term name documents that are not there");
    }
    this.document = this.#documents[0]!;
  }

  #boundOfOnlyBlock(): number {
    let share = 0;
    for (let place = 0; place < this.#inBlock; place++) {
      share = Math.max(share, this.#shareOf(place));
    }
    return scoreOf(share, this.#scale);
  }
}

/** BM25: the share of the most that a term can give, for a weighted frequency. Rises with it. */
export function saturation(frequency: number): number {
  return frequency / (K1 + frequency);
}

/** A score as a whole number, at least 1. Rises with the share. */
export function scoreOf(share: number, scale: number): number {
  const score = (share * scale) | 0;
  return score > 0 ? score : 1;
}

/** In how many documents of the segment a term is, deleted ones included. */
export function documentFrequency(segment: Segment, term: number): number {
  return readHead(segment, term).count;
}

function readHead(
  segment: Segment,
  term: number,
): { readonly count: number; readonly firstBlock: number; readonly start: number } {
  const { postings } = segment;
  let at = segment.postingOffsets[term]!;
  const readVarint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = postings[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    return value >>> 0;
  };
  // More postings than documents is damage; this bounds what a query can be made to do.
  const count = Math.min(readVarint(), segment.documentCount);
  const firstBlock = count > BLOCK_POSTINGS ? readVarint() : 0;
  return { count, firstBlock, start: at };
}
