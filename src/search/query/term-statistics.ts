import { encodeUtf8 } from "../analysis/utf8.ts";
import { UNIT_CODES } from "../file/postings.ts";
import { deletedDocuments, type Segment } from "../file/segment.ts";
import { averageLengths, LENGTHS, unitWeights } from "../ranking/field-lengths.ts";
import { documentFrequency, type SegmentWeights, saturation } from "../ranking/posting-cursor.ts";
import { FIELDS, FULL_UNITS } from "../ranking/scoring.ts";
import { termsOfDocument } from "../ranking/token-stream.ts";

/** A term as the segments know it. */
export interface KnownTerm {
  readonly term: string;
  /** Its number in each segment, -1 where it is not. */
  readonly numbers: readonly number[];
  /** Documents that hold it, deleted ones left out. */
  readonly documentCount: number;
}

/** A segment with what is true of it among all segments of an index. */
export interface IndexPart {
  readonly segment: Segment;
  /** The index-wide number of its first document. */
  readonly base: number;
  /** The index-wide number of its first group. */
  readonly groupBase: number;
  readonly weights: SegmentWeights;
  /** By term of the segment: how many of its documents are deleted. */
  readonly deletedCounts: ReadonlyMap<number, number>;
}

/** Counts over all segments, as if they were one: what makes an update equal to a rebuild. */
export class TermStatistics {
  readonly parts: readonly IndexPart[];
  /** Documents that are not deleted. */
  readonly documentCount: number;

  constructor(segments: readonly Segment[]) {
    const totals = new Float64Array(FIELDS.length);
    let alive = 0;
    const deletedCounts = segments.map((segment) => {
      const counts = new Map<number, number>();
      for (const [field, average] of segment.boundAverages.entries()) {
        // Lengths are whole numbers, so that the rounded product is their very sum.
        totals[field]! += Math.round(average * segment.documentCount);
      }
      alive += segment.documentCount;
      for (const document of deletedDocuments(segment)) {
        alive -= 1;
        for (let field = 0; field < FIELDS.length; field++) {
          totals[field]! -= LENGTHS[segment.fieldLengths[document * FIELDS.length + field]!]!;
        }
        for (const term of termsOfDocument(segment, document)) {
          counts.set(term, (counts.get(term) ?? 0) + 1);
        }
      }
      return counts;
    });
    const averages = averageLengths(totals, alive);
    const weights = unitWeights(averages, FULL_UNITS);
    let base = 0;
    let groupBase = 0;
    this.parts = segments.map((segment, index) => {
      let made: SegmentWeights | undefined;
      const part: IndexPart = {
        segment,
        base,
        groupBase,
        // With the first query: it is a table, and opening need not wait for it.
        get weights() {
          made ??= segmentWeights(segment, weights, boundScaleOf(segment, averages));
          return made;
        },
        deletedCounts: deletedCounts[index] ?? new Map(),
      };
      base += segment.documentCount;
      groupBase += segment.groupIds.length;
      return part;
    });
    this.documentCount = alive;
  }

  /** The term where any document holds it, else undefined. */
  find(term: string): KnownTerm | undefined {
    const key = encodeUtf8(term);
    let documentCount = 0;
    const numbers = this.parts.map(({ segment, deletedCounts }) => {
      const number = segment.terms.find(key);
      if (number < 0) return -1;
      documentCount += documentFrequency(segment, number) - (deletedCounts.get(number) ?? 0);
      return number;
    });
    return documentCount > 0 ? { term, numbers, documentCount } : undefined;
  }

  /** How much a term in so many documents says: BM25's idf. */
  idf(documentCount: number): number {
    const count = Math.min(documentCount, this.documentCount);
    return Math.log(1 + (this.documentCount - count + 0.5) / (count + 0.5));
  }

  /** The place among the parts of the one that a document is in. */
  partOf(document: number): number {
    return this.parts.findLastIndex(({ base }) => base <= document);
  }
}

function segmentWeights(
  segment: Segment,
  weights: Float64Array,
  boundScale: number,
): SegmentWeights {
  const fieldOfCode = new Int8Array(UNIT_CODES).fill(-1);
  const shareOfCode = new Float64Array(UNIT_CODES * 256);
  for (const [code, units] of segment.unitCodes.entries()) {
    const field = FIELDS.findIndex((_, each) => (units & ~(255 << (each * 8))) === 0);
    if (code === 0 || units === 0 || field < 0) continue;
    fieldOfCode[code] = field;
    for (let byte = 0; byte < 256; byte++) {
      const frequency = (units >>> (field * 8)) * weights[field * 256 + byte]!;
      shareOfCode[code * 256 + byte] = saturation(frequency);
    }
  }
  return { unitWeights: weights, fieldOfCode, shareOfCode, boundScale };
}

/**
 * A longer average makes every document relatively shorter, so its frequencies rise, and by no more
 * than the averages did.
 */
function boundScaleOf(segment: Segment, averages: Float64Array): number {
  let scale = 1;
  for (const [field, average] of averages.entries()) {
    const own = segment.boundAverages[field]!;
    if (own > 0 && average > own) scale = Math.max(scale, average / own);
  }
  return scale === 1 ? 1 : scale * (1 + 1e-9);
}
