import type { StringList } from "./string-list.ts";

/** Some strings of a list in the order of their bytes from the last to the first. */
export class ReversedStrings {
  readonly #list: StringList;
  readonly #order: Uint32Array;

  /** @param order numbers of strings in the list. */
  constructor(list: StringList, order: Uint32Array) {
    this.#list = list;
    this.#order = order;
  }

  /** Those that end with `suffix`, at most `limit` of them; not the string itself. */
  endingWith(suffix: Uint8Array, limit: number): string[] {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, suffix) < 0) low = middle + 1;
      else high = middle;
    }
    const found: string[] = [];
    for (; low < this.#order.length && found.length < limit; low++) {
      if (this.#compare(low, suffix) !== 0) break;
      const string = this.#order[low]!;
      if (this.#list.view(string).length > suffix.length) found.push(this.#list.text(string));
    }
    return found;
  }

  /** 0 when the string at a place ends with `suffix`, negative when it comes before all that do. */
  #compare(place: number, suffix: Uint8Array): number {
    const { bytes, offsets } = this.#list;
    const string = this.#order[place]!;
    const start = offsets[string]!;
    let at = offsets[string + 1]!;
    for (let i = suffix.length - 1; i >= 0; i--) {
      if (at === start) return -1;
      at -= 1;
      const difference = bytes[at]! - suffix[i]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }
}
