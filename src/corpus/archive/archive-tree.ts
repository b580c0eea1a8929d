import { DocportError } from "../../lib/errors.ts";
import type { Problem } from "../page.ts";
import type { FileTree } from "../sources/file-tree.ts";
import { listPaths } from "../sources/path-list.ts";
import { tooLarge } from "../sources/read-text.ts";
import type { FolderListing, WalkOptions } from "../sources/walk-folder.ts";
import { entryPath, wrappingFolder } from "./entry-path.ts";

/** Of all documents of an archive, unpacked. */
export const MAX_DOCUMENT_BYTES = 512_000_000;
export const MAX_ENTRIES = 500_000;

export interface ArchiveFile {
  readonly sizeBytes: number;
  /** The whole file, of at most `sizeBytes`. */
  read(): Promise<Uint8Array>;
}

/** What an archive lists, before the paths are looked at. */
export class ArchiveEntries {
  readonly files: Map<string, ArchiveFile> = new Map();
  readonly problems: Problem[] = [];
  readonly #archive: string;
  #entries = 0;

  constructor(archive: string) {
    this.#archive = archive;
  }

  /** Throws ERR_SOURCE_LIMIT when there are too many. */
  count(): void {
    this.#entries += 1;
    if (this.#entries <= MAX_ENTRIES) return;
    throw new DocportError(
      "ERR_SOURCE_LIMIT",
      `"${this.#archive}" has more than ${MAX_ENTRIES.toLocaleString("en")} entries.`,
      { hint: "Pack the documentation alone." },
    );
  }

  /** As unpacking does, the last of several files with one path is taken, and that is told. */
  add(name: string, file: ArchiveFile): void {
    const path = entryPath(name);
    if (path === undefined) {
      this.leaveOut(name, "Its path leads out of the archive.");
      return;
    }
    if (this.files.has(path)) {
      this.leaveOut(path, "It is in the archive more than once. Only the last is served.");
    }
    this.files.set(path, file);
  }

  leaveOut(path: string, reason: string): void {
    this.problems.push({ path: path.slice(0, 1000), reason });
  }
}

/** The files of an archive. Nothing of it is written to the disk. */
export class ArchiveTree implements FileTree {
  readonly name: string;
  readonly #files: ReadonlyMap<string, ArchiveFile>;
  readonly #names = new Map<string, Set<string>>();
  readonly #problems: readonly Problem[];
  readonly #close: () => Promise<void>;
  #bytesLeft = MAX_DOCUMENT_BYTES;

  constructor(name: string, { files, problems }: ArchiveEntries, close: () => Promise<void>) {
    this.name = name;
    const wrapper = wrappingFolder(name, files.keys());
    this.#files = new Map(
      [...files].map(([path, file]): [string, ArchiveFile] => [path.slice(wrapper.length), file]),
    );
    this.#problems = problems;
    this.#close = close;
    for (const path of this.#files.keys()) this.#addName(path);
  }

  /** Stops at the first folder that is known, since those above it are so too. */
  #addName(path: string): void {
    for (let child = path; child !== ""; ) {
      const slash = child.lastIndexOf("/");
      const folder = child.slice(0, Math.max(0, slash));
      const names = this.#names.get(folder);
      if (names !== undefined) {
        names.add(child.slice(slash + 1));
        return;
      }
      this.#names.set(folder, new Set([child.slice(slash + 1)]));
      child = folder;
    }
  }

  async list(options: WalkOptions): Promise<FolderListing> {
    const { paths, problems } = listPaths(this.name, this.#files.keys(), options);
    const own = this.#problems.filter(({ path }) => options.accepts(path));
    return { paths, problems: [...own, ...problems] };
  }

  async names(folder: string): Promise<readonly string[]> {
    return [...(this.#names.get(folder) ?? [])];
  }

  async has(path: string): Promise<boolean> {
    return path === "" || this.#files.has(path) || this.#names.has(path);
  }

  async read(path: string, maxBytes: number): Promise<Uint8Array> {
    const file = this.#files.get(path);
    if (file === undefined) {
      throw new DocportError("ERR_PAGE_UNREADABLE", "The file cannot be read: it is gone.");
    }
    if (file.sizeBytes > maxBytes) throw tooLarge(file.sizeBytes, maxBytes);
    this.#bytesLeft -= file.sizeBytes;
    if (this.#bytesLeft < 0) throw tooMuch(this.name);
    return file.read();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

export function tooMuch(name: string): DocportError {
  return new DocportError(
    "ERR_SOURCE_LIMIT",
    `"${name}" unpacks to more than ${MAX_DOCUMENT_BYTES / 1_000_000} MB of documents.`,
    { hint: "Unpack it and name the folder, if that is what it should hold." },
  );
}
