import { DocportError } from "../../src/lib/errors.ts";
import type {
  BuilderLease,
  IndexShelf,
  Publication,
  ShelfNews,
  ShelfState,
  ShelvedIndex,
} from "../../src/living/index-shelf.ts";

interface Kept {
  readonly index: ShelvedIndex;
  readonly publication: Publication;
}

/** What several replicas share, in memory. A test pulls the plug, pins, and lets leases end. */
export class MemoryShelfRoom {
  readonly #watchers = new Set<(news: ShelfNews) => void>();
  #kept: Kept[] = [];
  #count = 0;
  #holder: AbortController | undefined;
  pinned: number | undefined;
  /** The store cannot be asked. */
  isAway = false;
  fetches = 0;

  replica(): IndexShelf {
    const ask = async <Result>(work: () => Result): Promise<Result> => {
      await Promise.resolve();
      if (this.isAway) throw new DocportError("ERR_STORE_AWAY", "store: away");
      return work();
    };
    return {
      look: () => ask(() => this.#state()),
      fetch: (index) =>
        ask(() => {
          this.fetches += 1;
          return this.#find(index).index;
        }),
      fetchNotes: (index) => ask(() => this.#find(index).notes),
      tryLead: () => ask(() => this.#tryLead(ask)),
      askRefresh: () => ask(() => this.tell("refresh")),
      watch: (onNews) => {
        this.#watchers.add(onNews);
        return () => void this.#watchers.delete(onNews);
      },
    };
  }

  tell(news: ShelfNews): void {
    for (const onNews of this.#watchers) onNews(news);
  }

  /** Somebody else has the lease from now on, which its holder is told. */
  seize(): BuilderLease {
    this.#holder?.abort(new Error("over"));
    return this.#lease(async (work) => work());
  }

  /** The same, and the holder does not know. */
  loseLease(): void {
    this.#holder = undefined;
  }

  #state(): ShelfState {
    const newest = this.#kept.at(-1)?.index;
    const pinned = this.#kept.find(({ index }) => index.number === this.pinned)?.index;
    return { newest, wanted: pinned ?? newest };
  }

  #find({ number }: ShelvedIndex): Publication {
    const found = this.#kept.find(({ index }) => index.number === number);
    if (!found) throw new DocportError("ERR_STORE_INDEX", "store: gone");
    return found.publication;
  }

  #tryLead(ask: <Result>(work: () => Result) => Promise<Result>): BuilderLease | undefined {
    return this.#holder ? undefined : this.#lease(ask);
  }

  #lease(ask: <Result>(work: () => Result) => Promise<Result>): BuilderLease {
    const mine = new AbortController();
    this.#holder = mine;
    const isMine = (): boolean => this.#holder === mine;
    return {
      signal: mine.signal,
      publish: (publication) =>
        ask(() => {
          if (!isMine()) throw new DocportError("ERR_STORE_LEASE", "store: lost");
          return this.#publish(publication);
        }),
      release: async () => {
        if (!isMine()) return;
        this.#holder = undefined;
        this.tell("free");
      },
    };
  }

  #publish(publication: Publication): ShelvedIndex {
    const newest = this.#kept.at(-1);
    if (newest?.index.sha256 === publication.sha256) return newest.index;
    const { revision, sha256 } = publication;
    const sizeBytes = publication.index.byteLength;
    const index = { number: ++this.#count, revision, sha256, sizeBytes };
    this.#kept = [...this.#kept, { index, publication }].slice(-5);
    this.tell("index");
    return index;
  }
}
