import { type Scratch, Tape } from "../search/build/tape.ts";
import type { SectionContent } from "../search/file/sections.ts";
import { encodeJson, type StoredSummary } from "./stored-json.ts";

/** The list of pages as it stands in an index file, read by `decodeSummaries`. */
export type PackedPages = SectionContent;

const HEAD = new TextEncoder().encode('{"pages":[');
const COMMA = new TextEncoder().encode(",");
const TAIL = new TextEncoder().encode("]}");

/** Writes the list of pages one after another, so that it is never held as objects. */
export class PageListWriter implements PackedPages {
  readonly #tape: Tape;
  #count = 0;

  constructor(scratch?: Scratch) {
    this.#tape = new Tape(scratch);
  }

  get count(): number {
    return this.#count;
  }

  add(page: StoredSummary): void {
    if (this.#count > 0) this.#tape.append(COMMA, 0, COMMA.length);
    const bytes = encodeJson(page);
    this.#tape.append(bytes, 0, bytes.length);
    this.#count += 1;
  }

  get byteLength(): number {
    return HEAD.length + this.#tape.byteLength + TAIL.length;
  }

  *chunks(): Generator<Uint8Array> {
    yield HEAD;
    yield* this.#tape.chunks();
    yield TAIL;
  }
}
