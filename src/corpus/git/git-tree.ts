import { DocportError } from "../../lib/errors.ts";
import { fileKindOf } from "../site/site-layout.ts";
import type { SourceCache } from "../source.ts";
import type { FileFacts, FileTree } from "../sources/file-tree.ts";
import { listPaths } from "../sources/path-list.ts";
import type { FolderListing, WalkOptions } from "../sources/walk-folder.ts";
import type { GitCheckout } from "./git-checkout.ts";
import type { KnownFile } from "./git-files.ts";

/** A small file that says how a site is made is kept, so that an unchanged commit is not fetched. */
const MAX_KEPT_BYTES = 256 * 1024;

export interface GitTreeSettings {
  readonly name: string;
  readonly files: readonly KnownFile[];
  readonly checkout: GitCheckout;
  /** Contents that the load before this one had: their documents are likely kept. */
  readonly knownBlobs: ReadonlySet<string>;
  readonly cache: SourceCache | undefined;
}

/** The files of one commit. Their contents are fetched when they are asked for, most of them at once. */
export class GitTree implements FileTree {
  readonly name: string;
  readonly #settings: GitTreeSettings;
  readonly #files: ReadonlyMap<string, KnownFile>;
  readonly #folders = new Map<string, Set<string>>();

  constructor(settings: GitTreeSettings) {
    this.name = settings.name;
    this.#settings = settings;
    this.#files = new Map(settings.files.map((file) => [file.path, file]));
    for (const { path } of settings.files) this.#addToFolders(path);
  }

  async list(options: WalkOptions): Promise<FolderListing> {
    const listing = listPaths(this.name, this.#files.keys(), options);
    const { knownBlobs, checkout } = this.#settings;
    const blobs = listing.paths.flatMap((path) => this.#files.get(path)?.blob ?? []);
    await checkout.prefetch(blobs.filter((blob) => !knownBlobs.has(blob)));
    return listing;
  }

  async names(folder: string): Promise<readonly string[]> {
    return [...(this.#folders.get(folder) ?? [])];
  }

  async has(path: string): Promise<boolean> {
    return this.#files.has(path) || this.#folders.has(path);
  }

  async read(path: string, maxBytes: number): Promise<Uint8Array> {
    const file = this.#files.get(path);
    if (file === undefined) throw unreadable("The commit does not have the file.");
    const { cache, checkout } = this.#settings;
    const kind = fileKindOf(path);
    // Whether a file describes an API shows only in it, so it is looked at in every load.
    const isKept = kind === undefined || kind === "openapi";
    const kept = isKept ? await cache?.get(`blob:${file.blob}`) : undefined;
    if (typeof kept === "string") return Buffer.from(kept, "base64");
    const bytes = await checkout.read(file.blob, maxBytes);
    if (typeof bytes === "number") {
      throw unreadable(`The file has ${bytes} bytes; at most ${maxBytes} are read.`);
    }
    if (isKept && bytes.length <= MAX_KEPT_BYTES) {
      await cache?.put(`blob:${file.blob}`, Buffer.from(bytes).toString("base64"));
    }
    return bytes;
  }

  facts(path: string): FileFacts | undefined {
    const file = this.#files.get(path);
    return file && { digest: file.blob, revision: file.commit, modifiedAt: file.committedAt };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#settings.checkout[Symbol.asyncDispose]();
  }

  #addToFolders(path: string): void {
    const parts = path.split("/");
    for (let depth = 0; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join("/");
      const names = this.#folders.get(folder) ?? new Set();
      this.#folders.set(folder, names.add(parts[depth] ?? ""));
    }
  }
}

function unreadable(reason: string): DocportError {
  return new DocportError("ERR_PAGE_UNREADABLE", reason);
}
