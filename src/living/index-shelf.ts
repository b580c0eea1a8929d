/** An index file that one replica made and all of them serve. */
export interface ShelvedIndex {
  /** Greater than that of every one before it. */
  readonly number: number;
  /** Of the catalog in it. */
  readonly revision: string;
  readonly sizeBytes: number;
  /** Of the whole file, in hexadecimal: two files are the same when these are. */
  readonly sha256: string;
}

export interface ShelfState {
  /** What was published last. */
  readonly newest: ShelvedIndex | undefined;
  /** What replicas are to serve: the newest, unless somebody has pinned another. */
  readonly wanted: ShelvedIndex | undefined;
}

export interface Publication {
  readonly revision: string;
  readonly pageCount: number;
  readonly sectionCount: number;
  /** The index file. */
  readonly index: Uint8Array;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  /** For the builder that comes after this one. */
  readonly notes: Uint8Array;
}

/** The right to publish, which only one replica has at a time. */
export interface BuilderLease {
  /** Aborts when another one may have it. */
  readonly signal: AbortSignal;
  /**
   * Puts an index where all replicas find it, whole or not at all; the newest one again is nothing
   * new. Rejects with `ERR_STORE_LEASE`
   * when the lease was lost, whatever this replica believes.
   */
  publish(publication: Publication): Promise<ShelvedIndex>;
  /** Lets another one have it at once. */
  release(): Promise<void>;
}

/** `index`: look again; `free`: nobody builds; `refresh`: somebody asks that sources be read. */
export type ShelfNews = "index" | "free" | "refresh";

/**
 * Where replicas find the index files that one of them made. What the way to it does to us rejects
 * with a `DocportError`, `ERR_STORE_AWAY` when nothing can be asked for a while.
 */
export interface IndexShelf {
  look(): Promise<ShelfState>;
  /**
   * The file, each part and the whole of it checked against what was published. One that was broken
   * off goes on where it was when the same file is asked for again. Rejects with `ERR_STORE_INDEX`
   * when it is not there any more, or is not what was published.
   */
  fetch(index: ShelvedIndex, signal: AbortSignal): Promise<Uint8Array>;
  fetchNotes(index: ShelvedIndex, signal: AbortSignal): Promise<Uint8Array>;
  /** The right to publish, or undefined when somebody has it. Does not wait. */
  tryLead(): Promise<BuilderLease | undefined>;
  /** Asks whoever builds to read its sources now. */
  askRefresh(): Promise<void>;
  /** Tells of news, and of `index` whenever some may have been missed, until it is taken back. */
  watch(onNews: (news: ShelfNews) => void): () => void;
}
