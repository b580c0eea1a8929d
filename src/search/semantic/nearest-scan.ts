import { normalise, type VectorStore } from "./vector-store.ts";

/** A document near a query. */
export interface Nearest {
  /** Its number in the whole index. */
  readonly document: number;
  /** Cosine of the angle between the two, -1 to 1. */
  readonly similarity: number;
}

/** Multiplications of one step: a few milliseconds, after which others may have their turn. */
const STEP_PRODUCTS = 2_000_000;

/**
 * Finds the documents whose vectors are nearest to a query by comparing all of them: exact, and
 * linear in `documents * dimension`. The work is cut into steps, so that a caller with other things
 * to do can do them between two.
 */
export class NearestScan {
  readonly #store: VectorStore;
  readonly #query: Float32Array;
  readonly #count: number;
  readonly #accepts: (document: number) => boolean;
  /** The nearest so far, the nearest first; the earlier document wins ties. */
  readonly #nearest: Nearest[] = [];
  #next = 0;

  /**
   * @param count how many are wanted.
   * @param accepts which documents may be found.
   * Throws RangeError when the query has another dimension, or no direction.
   */
  constructor(
    store: VectorStore,
    query: ArrayLike<number>,
    count: number,
    accepts: (document: number) => boolean = () => true,
  ) {
    const unit = query.length === store.dimension ? normalise(query) : undefined;
    if (unit === undefined) {
      throw new RangeError(`query: expected a vector of ${store.dimension} components`);
    }
    this.#store = store;
    this.#query = Float32Array.from(unit);
    this.#count = count;
    this.#accepts = accepts;
  }

  /** Compares some more documents. False once all have been. */
  step(products: number = STEP_PRODUCTS): boolean {
    const { dimension, scales } = this.#store;
    const rows = Math.max(1, Math.floor(products / dimension));
    const end = Math.min(scales.length, this.#next + rows);
    for (; this.#next < end; this.#next++) {
      const scale = scales[this.#next]!;
      if (scale > 0 && this.#accepts(this.#next)) this.#compare(this.#next, scale);
    }
    return this.#next < scales.length;
  }

  /** What was found by the steps that were made, the nearest first. */
  found(): readonly Nearest[] {
    return this.#nearest;
  }

  #compare(document: number, scale: number): void {
    const { dimension, components } = this.#store;
    const query = this.#query;
    const at = document * dimension;
    let sum = 0;
    for (let i = 0; i < dimension; i++) sum += query[i]! * components[at + i]!;
    const similarity = sum * scale;
    const nearest = this.#nearest;
    if (nearest.length === this.#count && similarity <= (nearest.at(-1)?.similarity ?? Infinity)) {
      return;
    }
    let place = nearest.length;
    while (place > 0 && nearest[place - 1]!.similarity < similarity) place -= 1;
    nearest.splice(place, 0, { document, similarity });
    if (nearest.length > this.#count) nearest.pop();
  }
}
