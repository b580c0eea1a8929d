import type { FolderListing, WalkOptions } from "./walk-folder.ts";

/**
 * Files by path, wherever they lie: a folder on disk, an archive, the tree of a commit. Paths are
 * below the tree's root, with `/`, and never lead out of it. It stays as it was opened as far as it
 * can; `await using` lets go of what it holds.
 */
export interface FileTree extends AsyncDisposable {
  /** For messages: as the user wrote it. */
  readonly name: string;
  /** The wanted files, in code unit order of their segments. Throws ERR_SOURCE_LIMIT above `maxPages`. */
  list(options: WalkOptions): Promise<FolderListing>;
  /** Names of the files and folders in a folder ("" is the root); none when there is no such folder. */
  names(folder: string): Promise<readonly string[]>;
  /** Whether there is a file or folder at the path. */
  has(path: string): Promise<boolean>;
  /** The bytes of a file. Throws ERR_PAGE_UNREADABLE when it has more than `maxBytes` or cannot be read. */
  read(path: string, maxBytes: number): Promise<Uint8Array>;
  /** What is known of a file before it is read; no such method where nothing is. */
  facts?(path: string): FileFacts | undefined;
}

export interface FileFacts {
  /** Equal for equal contents: with it a file is parsed only when it has changed. */
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt?: number;
  readonly revision?: string;
}

/** Opens a tree for one load. Throws a DocportError when the source as a whole cannot be read. */
export type OpenFileTree = (signal: AbortSignal | undefined) => Promise<FileTree>;
