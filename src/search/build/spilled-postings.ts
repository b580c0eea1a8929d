import { GrowingBytes } from "./growing.ts";
import { PostingChains } from "./posting-chains.ts";
import { sortStrings } from "./sort-strings.ts";
import { type Scratch, Tape } from "./tape.ts";
import { TapeReader } from "./tape-reader.ts";

/** The strings of the terms, by number. */
interface TermStrings {
  readonly pool: { readonly values: Uint8Array };
  offsets(): Uint32Array;
}

/**
 * The postings of all terms in memory of a bounded size. When there are more, they are put away as
 * a run: the chains of the terms in the order of their strings. Terms that come later do not change
 * that order, so that at the end the runs are read side by side, each once from its beginning.
 */
export class SpilledPostings {
  readonly chains: PostingChains = new PostingChains();
  readonly #terms: TermStrings;
  readonly #scratch: Scratch | undefined;
  readonly #heldBytes: number;
  readonly #runs: Tape[] = [];

  /**
   * @param scratch where runs are put away; without it, all postings are held.
   * @param heldBytes how many may be held before that.
   */
  constructor(terms: TermStrings, scratch: Scratch | undefined, heldBytes: number) {
    this.#terms = terms;
    this.#scratch = scratch;
    this.#heldBytes = heldBytes;
  }

  /** Called between documents: puts the postings away when they are too many. */
  spillIfFull(): void {
    if (!this.#scratch || this.chains.heldBytes < this.#heldBytes) return;
    const run = new Tape(this.#scratch);
    const { chains } = this;
    const offsets = this.#terms.offsets();
    const present = Uint32Array.from({ length: offsets.length - 1 }, (_, term) => term).filter(
      (term) => chains.has(term),
    );
    const record = new GrowingBytes();
    const chain = new GrowingBytes();
    for (const term of sortStrings(this.#terms.pool.values, offsets, present)) {
      record.clear();
      chain.clear();
      chains.copyTo(term, chain);
      record.pushVarint(term);
      record.pushVarint(chain.length);
      run.append(record.values, 0, record.length);
      run.append(chain.values, 0, chain.length);
    }
    this.#runs.push(run);
    chains.clear();
  }

  /**
   * Calls back with the whole chain of each term, which is good during the call.
   *
   * @param order all terms in the order of their strings.
   */
  forEachTerm(order: Uint32Array, visit: (term: number, chain: Uint8Array) => void): void {
    const runs = this.#runs.map((run) => new RunReader(run));
    const chain = new GrowingBytes();
    for (const term of order) {
      chain.clear();
      for (const run of runs) if (run.term === term) run.take(chain);
      this.chains.copyTo(term, chain);
      visit(term, chain.values);
    }
  }
}

/** Reads a run from its beginning to its end. */
class RunReader {
  /** The term whose chain comes next; -1 behind the last one. */
  term = -1;
  readonly #reader: TapeReader;

  constructor(run: Tape) {
    this.#reader = new TapeReader(run);
    this.#readTerm();
  }

  /** Appends the chain to `out` and goes on to the next term. */
  take(out: GrowingBytes): void {
    this.#reader.take(this.#reader.readVarint(), out);
    this.#readTerm();
  }

  #readTerm(): void {
    this.term = this.#reader.hasMore() ? this.#reader.readVarint() : -1;
  }
}
