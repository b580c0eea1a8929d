import type { IndexedCatalog } from "../catalog/open-catalog.ts";
import type { ChangeWatch } from "./change-watch.ts";
import type { SourceProblems } from "./source-problems.ts";

/** A source that is followed, and how its changes are noticed. */
export interface FollowedSource {
  /** For people. */
  readonly name: string;
  /** Tells when what is there has changed; absent for what cannot be watched. */
  readonly watch?: ChangeWatch;
  /** How often it is asked; absent: only when its watch or somebody says so. */
  readonly everyMs?: number;
  /** When what the first catalog has of it was read. Default: now. */
  readonly readAt?: number;
  /** What was met when it was read for the first catalog. Default: nothing. */
  readonly problems?: SourceProblems;
}

/** What came of asking sources. */
export interface Renewal {
  /** The catalog that follows; the same one when nothing has changed. */
  readonly catalog: IndexedCatalog;
  /** Sources that could not be read, by number, with why; the catalog has what they had. */
  readonly failures: ReadonlyMap<number, unknown>;
  /** Sources, by number, that want not to be asked before this; epoch milliseconds. */
  readonly askAgainAt: ReadonlyMap<number, number>;
  /** Called when the catalog is served: the next renewal starts from it. */
  readonly accept: () => void;
}

/** Where catalogs come from. */
export interface CatalogOrigin {
  readonly sources: readonly FollowedSource[];
  /** The catalog to begin with. */
  readonly first: IndexedCatalog;
  /**
   * Reads the sources with these numbers again. Rejects when no catalog could be made; then nothing
   * has changed, here neither.
   */
  renew(asked: ReadonlySet<number>, signal: AbortSignal): Promise<Renewal>;
  /** Pages of what is served that could not be read. */
  readonly unreadablePages: number;
  /** Ends what goes on behind it. */
  close?(): Promise<void>;
}
