/** Cuts what `git cat-file --batch` prints into lines and stretches of known length. */
export class BatchReader {
  readonly #chunks: AsyncIterator<unknown>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<unknown>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** "" at the end. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end >= 0) return this.#take(end + 1).toString("utf8", 0, end);
      if (this.#rest.length > 1000 || !(await this.#more())) return "";
    }
  }

  /** The bytes, and past the line feed after them. */
  async bytes(size: number, isWanted: boolean): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    let left = size + 1;
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) return undefined;
      const part = this.#take(Math.min(left, this.#rest.length));
      left -= part.length;
      if (isWanted) parts.push(part);
    }
    return isWanted ? Buffer.concat(parts).subarray(0, size) : undefined;
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true || !Buffer.isBuffer(next.value)) return false;
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }
}
