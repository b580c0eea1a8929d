/** What each entry weighs besides its key and its bytes, about. */
const ENTRY_BYTES = 200;

/**
 * Bytes by key within a bound on their sum; over it, what was not asked for longest goes. Memory is
 * what it says, keys and all.
 */
export class ByteCache {
  readonly #maxBytes: number;
  /** In the order of last use: a `Map` keeps that of insertion. */
  readonly #entries = new Map<string, Buffer>();
  #sizeBytes = 0;
  /** The key that is last in that order: putting it there again would be work for nothing. */
  #latest: string | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get(key: string): Buffer | undefined {
    const bytes = this.#entries.get(key);
    if (bytes && key !== this.#latest) {
      this.#entries.delete(key);
      this.#entries.set(key, bytes);
      this.#latest = key;
    }
    return bytes;
  }

  /** Keeps what fits; an entry that alone is over an eighth of the bound would push out too much. */
  set(key: string, bytes: Buffer): void {
    this.#remove(key);
    if (weight(key, bytes) > this.#maxBytes / 8) return;
    this.#entries.set(key, bytes);
    this.#latest = key;
    this.#sizeBytes += weight(key, bytes);
    for (const oldest of this.#entries.keys()) {
      if (this.#sizeBytes <= this.#maxBytes) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    const bytes = this.#entries.get(key);
    if (!bytes) return;
    this.#entries.delete(key);
    this.#sizeBytes -= weight(key, bytes);
  }
}

function weight(key: string, bytes: Buffer): number {
  return bytes.byteLength + key.length * 2 + ENTRY_BYTES;
}
