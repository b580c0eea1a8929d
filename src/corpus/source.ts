import type { Page, Problem } from "./page.ts";

export interface LoadProgress {
  readonly pagesRead: number;
  /** Absent while it is not known how many there will be. */
  readonly pagesExpected?: number;
}

export interface LoadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
}

export type SourceItem =
  | { readonly kind: "page"; readonly page: Page }
  | { readonly kind: "problem"; readonly problem: Problem };

/**
 * Where documentation comes from. `load` yields pages as they are read, so that a source larger
 * than memory can be indexed; a page that cannot be read is yielded as a problem and the rest goes
 * on. It throws a `DocportError` only when the source as a whole cannot be read.
 */
export interface Source {
  /** For people: the folder, file or URL as it was given. */
  readonly name: string;
  load(options?: LoadOptions): AsyncIterable<SourceItem>;
}
