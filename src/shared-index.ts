import type { IndexedCatalog } from "./catalog/open-catalog.ts";
import { writeFileAtomic } from "./lib/atomic-file.ts";
import { DocportError, messageOf } from "./lib/errors.ts";
import type { SharedIndexFile } from "./worker-app.ts";
import type { WorkerPool } from "./workers/worker-pool.ts";

/** The index file that all workers have open; replaced as a whole. */
export class SharedIndex {
  readonly #path: string;
  readonly #pool: WorkerPool;
  readonly #onError: (error: unknown) => void;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, pool: WorkerPool, onError: (error: unknown) => void) {
    this.#path = path;
    this.#pool = pool;
    this.#onError = onError;
  }

  /** Rejects with `ERR_INDEX_WRITE`. */
  async write({ index, revision }: IndexedCatalog): Promise<void> {
    try {
      await writeFileAtomic(this.#path, index.toBytes(), { mode: 0o600 });
    } catch (cause) {
      const message = `the index for the workers cannot be written: ${messageOf(cause)}`;
      const hint =
        "Check that the folder for temporary files (TMPDIR) may be written and has room.";
      throw new DocportError("ERR_INDEX_WRITE", message, { cause, hint });
    }
    const file: SharedIndexFile = { path: this.#path, revision };
    await this.#pool.set("index", file);
  }

  /** In turn; what fails leaves the workers with what they have. */
  publish(catalog: IndexedCatalog): void {
    this.#writing = this.#writing.then(() => this.write(catalog)).catch(this.#onError);
  }
}
