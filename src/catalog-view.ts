import type { ServerEventBus } from "@modelcontextprotocol/server";
import { areSameCatalogs, compareCatalogs } from "./catalog/compare-catalogs.ts";
import type { IndexedCatalog } from "./catalog/open-catalog.ts";
import { changeEvents } from "./mcp/change-events.ts";
import { EventBus } from "./mcp/event-bus.ts";

/** What some callers see at the moment, and where they are told that it is another. */
export class CatalogView {
  readonly events: ServerEventBus = new EventBus();
  #shown: IndexedCatalog | undefined;

  /** Undefined before the first {@link show}. */
  get shown(): IndexedCatalog | undefined {
    return this.#shown;
  }

  /** Throws before the first {@link show}. */
  readonly catalog = (): IndexedCatalog => {
    if (!this.#shown) throw new Error("nothing is shown yet");
    return this.#shown;
  };

  /** Has the catalog answer from now on. Clients are told after what runs at the moment. */
  readonly show = (next: IndexedCatalog): void => {
    const before = this.#shown;
    this.#shown = next;
    if (!before || before === next) return;
    queueMicrotask(() => {
      const events = changeEvents(before.facts, next.facts, compareCatalogs(before, next));
      for (const event of events) this.events.publish(event);
    });
  };

  /**
   * As {@link show}, but a catalog that gives the answers of the one before leaves that in its
   * place: neither a date nor a cache that is empty again tells of pages that are not seen here.
   */
  readonly showChanged = (next: IndexedCatalog): void => {
    if (!this.#shown || !areSameCatalogs(this.#shown, next)) this.show(next);
  };
}
