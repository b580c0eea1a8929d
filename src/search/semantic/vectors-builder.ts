import { encodeVectors, normalise, quantise, type VectorStore } from "./vector-store.ts";

/** Collects the vectors of documents in the order in which those are added to an index. */
export class VectorsBuilder {
  readonly #model: string;
  #scales = new Float32Array(0);
  #components = new Int8Array(0);
  #count = 0;
  #dimension: number | undefined;

  constructor(model: string) {
    this.#model = model;
  }

  /**
   * The vector of the next document, of any length but zero. Throws RangeError when it has no
   * direction, or not as many components as the ones before it.
   */
  add(vector: ArrayLike<number>): void {
    const unit = normalise(vector);
    if (unit === undefined) throw new RangeError("a vector of zeros, or with what is no number");
    this.#dimension ??= unit.length;
    if (unit.length !== this.#dimension) {
      throw new RangeError(`a vector of ${unit.length} components among ${this.#dimension}`);
    }
    const { scale, components } = quantise(unit);
    this.#makeRoom();
    this.#scales[this.#count] = scale;
    this.#components.set(components, this.#count * this.#dimension);
    this.#count += 1;
  }

  /** The section for `IndexBuilder.finish`; undefined when nothing was added. */
  finish(): Uint8Array | undefined {
    if (this.#dimension === undefined) return undefined;
    const store: VectorStore = {
      model: this.#model,
      dimension: this.#dimension,
      scales: this.#scales.subarray(0, this.#count),
      components: this.#components.subarray(0, this.#count * this.#dimension),
    };
    return encodeVectors(store);
  }

  #makeRoom(): void {
    if (this.#count < this.#scales.length) return;
    const rows = Math.max(64, this.#count * 2);
    const scales = new Float32Array(rows);
    scales.set(this.#scales);
    this.#scales = scales;
    const components = new Int8Array(rows * (this.#dimension ?? 0));
    components.set(this.#components);
    this.#components = components;
  }
}
