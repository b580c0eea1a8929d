import type { GrowingBytes } from "./growing.ts";
import type { Tape } from "./tape.ts";

/** Reads a tape from its beginning to its end. */
export class TapeReader {
  readonly #chunks: Iterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(tape: Tape) {
    this.#chunks = tape.chunks();
  }

  /** Whether there is another byte. */
  hasMore(): boolean {
    while (this.#at === this.#chunk.length) {
      const next = this.#chunks.next();
      if (next.done === true) return false;
      this.#chunk = next.value;
      this.#at = 0;
    }
    return true;
  }

  readVarint(): number {
    let value = 0;
    for (let shift = 0; this.hasMore(); shift += 7) {
      const byte = this.#chunk[this.#at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    return value >>> 0;
  }

  /** Appends the next so many bytes to `out`. */
  take(count: number, out: GrowingBytes): void {
    for (let rest = count; rest > 0 && this.hasMore(); ) {
      const size = Math.min(rest, this.#chunk.length - this.#at);
      out.append(this.#chunk, this.#at, this.#at + size);
      this.#at += size;
      rest -= size;
    }
  }
}
