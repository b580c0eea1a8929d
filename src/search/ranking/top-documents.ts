/**
 * The best documents seen so far: a heap with the worst of them on top. Equal scores go to the lower
 * document number, so the outcome does not depend on the order of arrival.
 */
export class TopDocuments {
  readonly #depth: number;
  readonly #scores: Int32Array;
  readonly #documents: Int32Array;
  #count = 0;

  /** @param depth how many are kept; at least 1. */
  constructor(depth: number) {
    this.#depth = depth;
    this.#scores = new Int32Array(depth);
    this.#documents = new Int32Array(depth);
  }

  /** A score must be above this to enter, given that documents come in ascending order. */
  get threshold(): number {
    return this.#count < this.#depth ? 0 : this.#scores[0]!;
  }

  add(document: number, score: number): void {
    if (this.#count < this.#depth) {
      this.#up(this.#count++, document, score);
    } else if (this.#isWorse(0, document, score)) {
      this.#down(document, score);
    }
  }

  /** The best first. The heap is empty afterwards. */
  take(): { readonly document: number; readonly score: number }[] {
    const taken: { document: number; score: number }[] = [];
    while (this.#count > 0) {
      taken.push({ document: this.#documents[0]!, score: this.#scores[0]! });
      this.#count -= 1;
      const last = this.#count;
      if (last > 0) this.#down(this.#documents[last]!, this.#scores[last]!);
    }
    return taken.toReversed();
  }

  #isWorse(place: number, document: number, score: number): boolean {
    const own = this.#scores[place]!;
    return own < score || (own === score && this.#documents[place]! > document);
  }

  #up(from: number, document: number, score: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      if (this.#isWorse(parent, document, score)) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#scores[place] = score;
    this.#documents[place] = document;
  }

  /** Puts a document where the worst was and lets it sink. */
  #down(document: number, score: number): void {
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= this.#count) break;
      if (
        child + 1 < this.#count &&
        this.#isWorse(child + 1, this.#documents[child]!, this.#scores[child]!)
      ) {
        child += 1;
      }
      if (!this.#isWorse(child, document, score)) break;
      this.#move(child, place);
      place = child;
    }
    this.#scores[place] = score;
    this.#documents[place] = document;
  }

  #move(from: number, to: number): void {
    this.#scores[to] = this.#scores[from]!;
    this.#documents[to] = this.#documents[from]!;
  }
}
