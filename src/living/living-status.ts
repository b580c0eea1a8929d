import type { IndexedCatalog } from "../catalog/open-catalog.ts";

/** How a source is. Instants are in milliseconds since the Unix epoch. */
export interface SourceStatus {
  /** For people. */
  readonly name: string;
  /** When it last answered, with or without a change. */
  readonly lastSuccessAt: number;
  /** Absent when the last answer was good. */
  readonly failure?: SourceFailure;
  /** When it is asked next; absent when something has to happen first. */
  readonly nextAskAt?: number;
}

export interface SourceFailure {
  /** The first of the failures since the last success. */
  readonly since: number;
  /** The last of them. */
  readonly at: number;
  readonly count: number;
  /** Why, in a sentence. */
  readonly message: string;
}

/** How the documentation is: for metrics, health and people. */
export interface LivingStatus {
  /** In the order of the configuration. */
  readonly sources: readonly SourceStatus[];
  /** Of the catalog that is served. */
  readonly revision: string;
  /** When the catalog that is served was built. */
  readonly builtAt: number;
  /** Catalogs that were put in the place of an earlier one since the start. */
  readonly swaps: number;
  /** Pages that could not be read when their source was read last. */
  readonly unreadablePages: number;
  /** Why no new catalog could be made of what the sources gave; absent when the last one could. */
  readonly failure?: SourceFailure;
}

/** What happens to a living catalog, for the log and for clients. */
export type LivingEvent =
  | {
      readonly kind: "swapped";
      readonly before: IndexedCatalog;
      readonly after: IndexedCatalog;
      readonly tookMs: number;
    }
  | { readonly kind: "source-failed"; readonly source: SourceStatus; readonly error: unknown }
  | { readonly kind: "source-recovered"; readonly source: SourceStatus; readonly since: number }
  | { readonly kind: "build-failed"; readonly failure: SourceFailure; readonly error: unknown };
