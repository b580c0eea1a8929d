import { BLOCK_POSTINGS } from "../file/postings.ts";
import { unitWeights } from "../ranking/field-lengths.ts";
import { FULL_UNITS } from "../ranking/scoring.ts";
import { weightedFrequency } from "../ranking/weighted-frequency.ts";
import { GrowingBytes, GrowingUint32 } from "./growing.ts";
import { type Scratch, Tape } from "./tape.ts";
import type { UnitPalette } from "./unit-palette.ts";

/**
 * Writes the postings of one term after another in the form of the file, those of common terms with
 * a bound for each block: what no document in it exceeds.
 */
export class PostingBlocks {
  readonly tape: Tape;
  readonly lastDocuments: GrowingUint32 = new GrowingUint32();
  readonly ends: GrowingUint32 = new GrowingUint32();
  /** The bits of 32-bit floats. */
  readonly bounds: GrowingUint32 = new GrowingUint32();
  readonly #palette: UnitPalette;
  readonly #fieldLengths: Uint8Array;
  readonly #weights: Float64Array;
  readonly #bytes = new GrowingBytes();
  readonly #distances = new Uint32Array(BLOCK_POSTINGS);
  readonly #units = new Uint32Array(BLOCK_POSTINGS);

  constructor(
    palette: UnitPalette,
    fieldLengths: Uint8Array,
    averages: Float64Array,
    scratch?: Scratch,
  ) {
    this.tape = new Tape(scratch);
    this.#palette = palette;
    this.#fieldLengths = fieldLengths;
    this.#weights = unitWeights(averages, FULL_UNITS);
  }

  /**
   * Writes the next term.
   *
   * @param count of its postings.
   * @param chain as `PostingChains` has them.
   */
  add(count: number, chain: Uint8Array): void {
    const bytes = this.#bytes;
    const start = this.tape.byteLength;
    bytes.clear();
    bytes.pushVarint(count);
    if (count > BLOCK_POSTINGS) bytes.pushVarint(this.ends.length);
    let at = 0;
    let document = 0;
    for (let done = 0; done < count; done += BLOCK_POSTINGS) {
      const size = Math.min(BLOCK_POSTINGS, count - done);
      at = this.#readChain(chain, at, size);
      this.#writeBlock(size);
      if (count <= BLOCK_POSTINGS) break;
      let bound = 0;
      for (let i = 0; i < size; i++) {
        document += this.#distances[i]!;
        const units = this.#units[i]!;
        bound = Math.max(
          bound,
          weightedFrequency(units, document, this.#fieldLengths, this.#weights),
        );
      }
      this.lastDocuments.push(document);
      this.ends.push(start + bytes.length);
      this.bounds.push(bitsOf(roundUp(bound)));
    }
    this.tape.append(bytes.values, 0, bytes.length);
  }

  /** Reads so many postings of the chain from `start` on, and returns where the next one is. */
  #readChain(values: Uint8Array, start: number, size: number): number {
    let at = start;
    for (let i = 0; i < size; i++) {
      let byte = values[at++]!;
      let distance = byte & 127;
      for (let shift = 7; byte > 127; shift += 7) {
        byte = values[at++]!;
        distance |= (byte & 127) << shift;
      }
      this.#distances[i] = distance;
      const code = values[at++]!;
      if (code !== 0) {
        this.#units[i] = this.#palette.values[code]!;
        continue;
      }
      let units = 0;
      for (let shift = 0; shift < 32; shift += 8) units |= values[at++]! << shift;
      this.#units[i] = units;
    }
    return at;
  }

  #writeBlock(size: number): void {
    let longest = 0;
    for (let i = 0; i < size; i++) longest = Math.max(longest, this.#distances[i]!);
    const width = longest < 0x100 ? 1 : longest < 0x1_0000 ? 2 : longest < 0x100_0000 ? 3 : 4;
    this.#bytes.push(width);
    for (let i = 0; i < size; i++) this.#pushNumber(this.#distances[i]!, width);
    const others: number[] = [];
    for (let i = 0; i < size; i++) {
      const code = this.#palette.codeOf(this.#units[i]!);
      this.#bytes.push(code);
      if (code === 0) others.push(this.#units[i]!);
    }
    for (const units of others) this.#pushNumber(units, 4);
  }

  #pushNumber(value: number, bytes: number): void {
    for (let shift = 0; shift < bytes * 8; shift += 8) this.#bytes.push((value >>> shift) & 255);
  }
}

/** The least 32-bit float that is not below. */
function roundUp(value: number): number {
  const rounded = Math.fround(value);
  return rounded >= value ? rounded : Math.fround(value * (1 + 2 ** -22));
}

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

function bitsOf(value: number): number {
  float[0] = value;
  return floatBits[0]!;
}
