import { stemmerFor } from "../analysis/stemmers.ts";
import { stopWordsFor } from "../analysis/stop-words.ts";

const K1 = 1.2;
const B = 0.75;

/**
 * The yardstick: textbook BM25 (k1 1.2, b 0.75, idf `ln(1 + (N - df + 0.5) / (df + 0.5))`) over
 * title and text as one field, words of letters and digits in lower case, Porter2 stems, English
 * stop words left out. Scores every posting of every query term; nothing of the engine is shared
 * but stemmer and stop words, so that a fault of the engine cannot hide in it.
 */
export class ReferenceBm25 {
  readonly #stem = stemmerFor("en");
  readonly #stopWords = stopWordsFor("en");
  readonly #ids: string[] = [];
  readonly #lengths: number[] = [];
  readonly #postings = new Map<string, Map<number, number>>();
  #totalLength = 0;

  add(id: string, text: string): void {
    const number = this.#ids.length;
    const terms = this.#termsOf(text);
    this.#ids.push(id);
    this.#lengths.push(terms.length);
    this.#totalLength += terms.length;
    for (const term of terms) {
      const postings = this.#postings.get(term) ?? new Map<number, number>();
      postings.set(number, (postings.get(number) ?? 0) + 1);
      this.#postings.set(term, postings);
    }
  }

  /** Ids of the best documents, best first; equal scores in the order of adding. */
  search(query: string, limit: number): string[] {
    const averageLength = this.#totalLength / Math.max(1, this.#ids.length);
    const scores = new Map<number, number>();
    for (const term of this.#termsOf(query)) {
      const postings = this.#postings.get(term);
      if (!postings) continue;
      const idf = Math.log(1 + (this.#ids.length - postings.size + 0.5) / (postings.size + 0.5));
      for (const [number, frequency] of postings) {
        const length = (this.#lengths[number] ?? 0) / averageLength;
        const weight = (frequency * (K1 + 1)) / (frequency + K1 * (1 - B + B * length));
        scores.set(number, (scores.get(number) ?? 0) + idf * weight);
      }
    }
    return [...scores]
      .toSorted((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, limit)
      .map(([number]) => this.#ids[number] ?? "");
  }

  #termsOf(text: string): string[] {
    const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    return words.filter((word) => !this.#stopWords.has(word)).map((word) => this.#stem(word));
  }
}
