import type { Page, Problem } from "./page.ts";
import type { ParsedDocuments } from "./parsed-documents.ts";

export interface LoadProgress {
  readonly pagesRead: number;
  /** Absent while it is not known how many there will be. */
  readonly pagesExpected?: number;
}

export interface LoadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
  /**
   * What earlier loads of this source kept. With it a source fetches and parses only what has
   * changed, goes on where a load was cut off, and yields what it had where a part of it is down.
   * Without it every load starts from nothing.
   */
  readonly cache?: SourceCache;
  /** Documents that earlier loads parsed, for sources that read all files at every load. */
  readonly parsed?: ParsedDocuments;
}

/**
 * What one source keeps from load to load. Nothing in it is needed: an entry that is lost, cut off
 * or of another version is read from the source again.
 */
export interface SourceCache {
  /** Name of the program's version. What was parsed by another one is parsed again. */
  readonly version: string;
  /** Absolute path of a folder that need not exist yet, for a source with files of its own. */
  readonly folder: string;
  /** The JSON value of a key; undefined when there is none that can be read. */
  get(key: string): Promise<unknown>;
  /**
   * Keeps a JSON value: wholly or not at all, even when the process is killed. False when the disk
   * refuses, of which the cache's owner is told: a load goes on without.
   */
  put(key: string, value: unknown): Promise<boolean>;
  delete(key: string): Promise<void>;
}

export type SourceItem =
  | {
      readonly kind: "page";
      readonly page: Page;
      /**
       * Two pages with equal fingerprints are equal in every field, as long as the same version of
       * Docport read them. Whoever holds the pages of an earlier load tells by it which are
       * unchanged. Absent where a source cannot tell without comparing the pages themselves.
       */
      readonly fingerprint?: string;
    }
  | { readonly kind: "problem"; readonly problem: Problem };

/**
 * Where documentation comes from. `load` yields all pages at each call, as they are read, so that a
 * source larger than memory can be indexed; a page that cannot be read is yielded as a problem and
 * the rest goes on. It throws a `DocportError` only when the source as a whole cannot be read.
 */
export interface Source {
  /** For people: the folder, file or URL as it was given. */
  readonly name: string;
  load(options?: LoadOptions): AsyncIterable<SourceItem>;
  /**
   * The source's present revision (a commit, an ETag), by one cheap question. Equal revisions mean
   * that `load` would give what it gave before; undefined, or no such method, that only `load` can
   * tell. Throws like `load`.
   */
  revision?(options?: Pick<LoadOptions, "signal" | "cache">): Promise<string | undefined>;
}
