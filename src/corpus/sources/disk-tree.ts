import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemCodeOf } from "../../lib/errors.ts";
import type { FileTree } from "./file-tree.ts";
import { readFileBytes } from "./read-text.ts";
import { type FolderListing, type WalkOptions, walkFolder } from "./walk-folder.ts";

/** The files below a folder on disk, as they are at the time of each call. */
export class DiskTree implements FileTree {
  readonly name: string;
  readonly #root: string;

  constructor(root: string, name: string) {
    this.#root = root;
    this.name = name;
  }

  list(options: WalkOptions): Promise<FolderListing> {
    return walkFolder(this.#root, options);
  }

  async names(folder: string): Promise<readonly string[]> {
    try {
      return await readdir(join(this.#root, folder));
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === "ENOENT" || code === "ENOTDIR") return [];
      throw error;
    }
  }

  async has(path: string): Promise<boolean> {
    try {
      await stat(join(this.#root, path));
      return true;
    } catch {
      return false;
    }
  }

  read(path: string, maxBytes: number): Promise<Uint8Array> {
    return readFileBytes(join(this.#root, path), maxBytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
