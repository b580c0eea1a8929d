import { BLOCK_POSTINGS, readPostings } from "../file/postings.ts";
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
  /** How far the averages of now can lift a frequency above its bound in the file; at least 1. */
  readonly boundScale: number;
}

/** Walks over one term's postings in ascending order and says what each adds to a score. */
export class PostingCursor {
  /** The document it stands on, or {@link END}. */
  document: number = END;
  /** Nothing that it adds is more. */
  readonly bound: number;
  readonly #segment: Segment;
  readonly #weights: SegmentWeights;
  readonly #scale: number;
  readonly #count: number;
  readonly #firstBlock: number;
  readonly #blockCount: number;
  readonly #start: number;
  readonly #end: number;
  readonly #documents = new Int32Array(BLOCK_POSTINGS);
  readonly #units = new Int32Array(BLOCK_POSTINGS);
  #block = 0;
  #inBlock = 0;
  #place = 0;

  /** @param scale what the term adds to a document that it fills, in parts of `SCORE_SCALE`. */
  constructor(segment: Segment, weights: SegmentWeights, term: number, scale: number) {
    this.#segment = segment;
    this.#weights = weights;
    this.#scale = scale;
    this.#end = segment.postingOffsets[term + 1]!;
    const head = readHead(segment, term);
    this.#count = head.count;
    this.#firstBlock = head.firstBlock;
    this.#start = head.start;
    this.#blockCount = Math.ceil(head.count / BLOCK_POSTINGS);
    if (head.firstBlock + this.#blockCount > segment.blockEnds.length && this.#blockCount > 1) {
      throw corrupt("the postings of a term have no blocks");
    }
    this.#load(0);
    this.bound = this.#findBound();
  }

  /** Adds what every posting below `limit` is worth to `scores[document - base]`, and marks it. */
  addBelow(limit: number, base: number, scores: Int32Array, marks: Int32Array): void {
    while (this.document < limit) {
      for (let place = this.#place; place < this.#inBlock; place++) {
        const document = this.#documents[place]!;
        if (document >= limit) {
          this.#place = place;
          this.document = document;
          return;
        }
        const slot = document - base;
        scores[slot]! += this.#scoreOf(document, this.#units[place]!);
        marks[slot >>> 5]! |= 1 << (slot & 31);
      }
      this.#load(this.#block + 1);
    }
  }

  /** What the term adds to `document`, which must not be below the one of the call before. */
  scoreAt(document: number): number {
    if (this.document < document) this.#advance(document);
    return this.document === document ? this.#scoreOf(document, this.#units[this.#place]!) : 0;
  }

  #scoreOf(document: number, packedUnits: number): number {
    const { fieldLengths } = this.#segment;
    const frequency = weightedFrequency(
      packedUnits,
      document,
      fieldLengths,
      this.#weights.unitWeights,
    );
    return scoreOf(frequency, this.#scale);
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
    readPostings(
      postings,
      block === 0 ? this.#start : blockEnds[before]!,
      this.#end,
      block === 0 ? 0 : blockLastDocuments[before]!,
      this.#inBlock,
      this.#documents,
      this.#units,
    );
    if (this.#documents[this.#inBlock - 1]! >= this.#segment.documentCount) {
      throw corrupt("the postings of a term name documents that are not there");
    }
    this.document = this.#documents[0]!;
  }

  #findBound(): number {
    let frequency = 0;
    if (this.#blockCount > 1) {
      const { blockBounds } = this.#segment;
      for (let block = 0; block < this.#blockCount; block++) {
        frequency = Math.max(frequency, blockBounds[this.#firstBlock + block]!);
      }
      frequency *= this.#weights.boundScale;
    } else {
      const { fieldLengths } = this.#segment;
      for (let place = 0; place < this.#inBlock; place++) {
        const document = this.#documents[place]!;
        const units = this.#units[place]!;
        const { unitWeights } = this.#weights;
        frequency = Math.max(
          frequency,
          weightedFrequency(units, document, fieldLengths, unitWeights),
        );
      }
    }
    return scoreOf(frequency, this.#scale);
  }
}

/** BM25's saturation as a whole number, at least 1. Rises with the frequency. */
export function scoreOf(frequency: number, scale: number): number {
  const score = ((scale * frequency) / (K1 + frequency)) | 0;
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
