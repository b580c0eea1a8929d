import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../lib/atomic-file.ts";

/** The index file that this replica serves, on its own disk: it can be started without the store. */
export class LocalIndexCopy {
  readonly #folder: string;
  readonly #onTrouble: (error: unknown) => void;
  #writing: Promise<void> = Promise.resolve();
  #isTroubled = false;

  /** @param onTrouble told of the first copy that cannot be kept, and again after one that could. */
  constructor(folder: string, onTrouble: (error: unknown) => void) {
    this.#folder = folder;
    this.#onTrouble = onTrouble;
  }

  get #path(): string {
    return join(this.#folder, "fleet.docport");
  }

  /** The bytes and their checksum in hexadecimal; undefined when there are none that can be read. */
  async read(): Promise<{ readonly bytes: Uint8Array; readonly sha256: string } | undefined> {
    try {
      const bytes = await readFile(this.#path);
      return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
    } catch {
      return undefined;
    }
  }

  /** Replaces the copy, one after the other. Never rejects: a full disk is no reason to fail. */
  write(bytes: Uint8Array): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      try {
        await mkdir(this.#folder, { recursive: true });
        await writeFileAtomic(this.#path, bytes, { mode: 0o600 });
        this.#isTroubled = false;
      } catch (error) {
        if (!this.#isTroubled) this.#onTrouble(error);
        this.#isTroubled = true;
      }
    });
    return this.#writing;
  }
}
