/**
 * A map of bounded size that keeps what was asked for lately. It has two generations: when the younger
 * is full it becomes the older one, and what nobody asked for meanwhile is gone. So it costs no more
 * than a `Map`, where one in exact order of use is written at each look.
 */
export class RecentMap<Value extends object | string> {
  readonly #maxPerGeneration: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  /** @param maxEntries at least 2. */
  constructor(maxEntries: number) {
    this.#maxPerGeneration = maxEntries >> 1;
  }

  /** What was kept for the key, or what `make` gives, which is kept from now on. */
  getOrMake(key: string, make: () => Value): Value {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const value = this.#old.get(key) ?? make();
    if (this.#young.size >= this.#maxPerGeneration) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
    return value;
  }
}
