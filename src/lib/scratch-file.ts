import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";

/**
 * A file for what need not be held in memory meanwhile. It has no name from its first moment on, so
 * that nothing of it is left behind by a process that is killed. Synchronous: what is written goes
 * to the system's cache, and waiting for a turn of the event loop would take longer.
 */
export class ScratchFile {
  readonly #file: number;
  #length = 0;

  /** @param path of a file that is not there. */
  constructor(path: string) {
    this.#file = openSync(path, "wx+", 0o600);
    rmSync(path);
  }

  /** Keeps a copy of the bytes behind all others; returns where they are. */
  append(bytes: Uint8Array): number {
    const position = this.#length;
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#file, bytes, done, bytes.length - done, position + done);
    }
    this.#length += bytes.length;
    return position;
  }

  /** Fills `target` with the bytes at `position`. Throws RangeError when there are not as many. */
  read(position: number, target: Uint8Array): void {
    for (let done = 0; done < target.length; ) {
      const count = readSync(this.#file, target, done, target.length - done, position + done);
      if (count === 0) throw new RangeError(`scratch file: nothing at ${position + done}`);
      done += count;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
