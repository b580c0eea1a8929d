import { createHash } from "node:crypto";
import { DocportError } from "../lib/errors.ts";

/** What one `Buffer` of Node 20 can hold. */
const MAX_BYTES = 2 ** 32 - 1;

/**
 * Bytes that come in chunks, each with its SHA-256. Takes the memory of the whole once,
 * and can be gone on with after the way was cut.
 */
export class ChunkedDownload {
  readonly sha256: string;
  readonly #bytes: Uint8Array;
  #received = 0;
  #chunks = 0;

  /** Throws `ERR_STORE_INDEX` for a size that no file of ours has. */
  constructor(sizeBytes: number, sha256: string) {
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0 || sizeBytes > MAX_BYTES) {
      throw damaged(`it is said to have ${sizeBytes} bytes`);
    }
    this.#bytes = new Uint8Array(sizeBytes);
    this.sha256 = sha256;
  }

  get isWhole(): boolean {
    return this.#received === this.#bytes.byteLength;
  }

  /** How many there are, which is the place of the next one. */
  get chunks(): number {
    return this.#chunks;
  }

  /** Throws `ERR_STORE_INDEX` for one that is not what was published. */
  add(data: Uint8Array, sha256: Uint8Array): void {
    const isSound = createHash("sha256").update(data).digest().equals(sha256);
    const isExpected =
      data.byteLength > 0 && this.#received + data.byteLength <= this.#bytes.byteLength;
    if (!isSound || !isExpected) throw damaged(`chunk ${this.#chunks} is not what it was`);
    this.#bytes.set(data, this.#received);
    this.#received += data.byteLength;
    this.#chunks += 1;
  }

  /** The whole. Throws `ERR_STORE_INDEX` when its parts are sound and it is not. */
  finish(): Uint8Array {
    const sum = createHash("sha256").update(this.#bytes).digest("hex");
    if (sum !== this.sha256) throw damaged("its chunks are of different files");
    return this.#bytes;
  }
}

function damaged(why: string): DocportError {
  return new DocportError("ERR_STORE_INDEX", `store: an index is damaged: ${why}`, {
    hint: "Choose another with `docport index use`, and look after the database.",
  });
}
