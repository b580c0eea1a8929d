import type { IndexedCatalog } from "../catalog/open-catalog.ts";
import { DocportError } from "../lib/errors.ts";
import { IndexBuilder, type IndexBuilderOptions } from "./index-builder.ts";
import type { ShelvedIndex } from "./index-shelf.ts";
import {
  type FollowedCatalog,
  LivingCatalog,
  type LivingCatalogOptions,
} from "./living-catalog.ts";
import type { LivingStatus } from "./living-status.ts";
import type { LocalIndexCopy } from "./local-index-copy.ts";
import { type ServedIndex, ShelfOrigin } from "./shelf-origin.ts";

export interface FleetCatalogOptions
  extends LivingCatalogOptions,
    Omit<IndexBuilderOptions, "open" | "onEvent"> {
  /** Opens the bytes of an index file. */
  readonly openBytes: (bytes: Uint8Array) => IndexedCatalog;
  readonly copy: LocalIndexCopy;
  readonly signal?: AbortSignal | undefined;
}

/** What a replica says of its index, for the other replicas and for whoever looks after them. */
export interface FleetIndexStatus {
  readonly revision: string;
  /** Whether this replica reads the sources. */
  readonly builds: boolean;
  /** The revision that all are to serve, when this replica does not yet. */
  readonly missing?: string;
}

interface FleetParts {
  readonly options: FleetCatalogOptions;
  readonly builder: IndexBuilder;
  readonly ended: AbortController;
  readonly open: IndexBuilderOptions["open"];
}

interface FleetState extends Omit<FleetParts, "open"> {
  readonly origin: ShelfOrigin;
  readonly living: LivingCatalog;
  /** Resolves when the last copy is written. */
  readonly keeping: { readonly last: Promise<void> };
  readonly building: Promise<void> | undefined;
}

/** How long to wait for the first index before the store is looked at again without news. */
const LOOK_MS = 2_000;

/**
 * The catalog of a fleet: one replica follows the sources and publishes index files, and all of
 * them, that one too, serve the one that is wanted.
 */
export class FleetCatalog implements FollowedCatalog {
  readonly #state: FleetState;
  #building: Promise<void> | undefined;

  /**
   * Resolves when there is something to serve: what is on the shelf, the copy of it when the store
   * is away, or what this replica builds when there is neither. Rejects when it has to build and its
   * sources cannot be read.
   */
  static async open(options: FleetCatalogOptions): Promise<FleetCatalog> {
    const { shelf, copy, openBytes, clock } = options;
    const ended = new AbortController();
    const given = options.signal ? [options.signal] : [];
    const signal = AbortSignal.any([ended.signal, ...given]);
    const builder: IndexBuilder = new IndexBuilder({
      ...options,
      open: (index, until) => open(index, until),
      onEvent: (event) => options.onEvent?.(event),
    });
    const open = async (index: ShelvedIndex, until: AbortSignal): Promise<IndexedCatalog> => {
      const known = builder.builtAs(index.sha256);
      if (known) return known;
      const kept = await copy.read();
      if (kept?.sha256 === index.sha256) return openBytes(kept.bytes);
      return openBytes(await shelf.fetch(index, until));
    };
    const parts = { options, builder, ended, open };

    let building: Promise<void> | undefined;
    let bell = new AbortController();
    const unwatch = shelf.watch(() => bell.abort());
    try {
      for (;;) {
        bell = new AbortController();
        const { wanted } = await shelf.look();
        if (wanted) {
          const first = { catalog: await open(wanted, signal), sha256: wanted.sha256 };
          return await FleetCatalog.#over(first, parts, building);
        }
        const lease = await shelf.tryLead();
        if (lease) {
          await new Promise<void>((ready, failed) => {
            building = builder.lead(lease, signal, ready);
            building.catch(failed);
          });
          continue;
        }
        const waits = AbortSignal.any([signal, bell.signal]);
        await clock.sleep(LOOK_MS, waits).catch(() => signal.throwIfAborted());
      }
    } catch (error) {
      signal.throwIfAborted();
      // Sources that cannot be read are told as they are without a fleet.
      if (building) {
        ended.abort();
        throw error;
      }
      options.onFailure(error);
      const kept = isAway(error) ? await fromCopy(options) : undefined;
      const build = async (): Promise<IndexedCatalog> =>
        (await options.openOrigin(undefined)).first;
      const first = kept ?? { catalog: await build(), sha256: undefined };
      return await FleetCatalog.#over(first, parts, undefined);
    } finally {
      unwatch();
    }
  }

  static async #over(
    first: ServedIndex,
    { options, builder, ended, open }: FleetParts,
    building: Promise<void> | undefined,
  ): Promise<FleetCatalog> {
    const { shelf, copy } = options;
    const keeping = { last: Promise.resolve() };
    const keep = ({ catalog }: ServedIndex): void => {
      keeping.last = copy.write(catalog.index.toBytes());
    };
    const origin = new ShelfOrigin(first, { shelf, open, onServed: keep });
    const living = await LivingCatalog.open(origin, options);
    if (first.sha256 !== undefined) keep(first);
    return new FleetCatalog({ options, builder, ended, origin, living, keeping, building });
  }

  private constructor(state: FleetState) {
    this.#state = state;
    // What becomes of it is told by the next attempt.
    this.#building = state.building?.catch(() => undefined);
  }

  get current(): IndexedCatalog {
    return this.#state.living.current;
  }

  start(): void {
    this.#state.living.start();
    const { signal } = this.#state.ended;
    // It may have begun to build before there was anything to serve.
    const begun = this.#building ?? Promise.resolve();
    this.#building = begun.then(() => this.#state.builder.run(signal));
  }

  /** Whichever replica builds reads its sources. */
  refresh(): void {
    if (this.#state.builder.status()) this.#state.builder.refresh();
    else void this.#state.options.shelf.askRefresh().catch(() => undefined);
  }

  status(): LivingStatus {
    const served = this.#state.living.status();
    const built = this.#state.builder.status();
    const failure = served.failure ?? built?.failure;
    return {
      ...served,
      sources: [...served.sources, ...(built?.sources ?? [])],
      unreadablePages: built?.unreadablePages ?? 0,
      ...(failure && { failure }),
    };
  }

  /** What this replica says of itself. */
  fleetStatus(): FleetIndexStatus {
    const { missing } = this.#state.origin;
    return {
      revision: this.current.revision,
      builds: this.#state.builder.status() !== undefined,
      ...(missing && { missing: missing.revision }),
    };
  }

  async close(): Promise<void> {
    this.#state.ended.abort();
    await Promise.all([this.#state.living.close(), this.#building]);
    await this.#state.keeping.last;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

async function fromCopy({
  copy,
  openBytes,
}: FleetCatalogOptions): Promise<ServedIndex | undefined> {
  const kept = await copy.read();
  if (!kept) return undefined;
  try {
    return { catalog: openBytes(kept.bytes), sha256: kept.sha256 };
  } catch {
    return undefined;
  }
}

function isAway(error: unknown): boolean {
  return error instanceof DocportError && error.code === "ERR_STORE_AWAY";
}
