import type { CatalogSearchResult } from "./catalog/catalog.ts";
import { GapFile } from "./gaps/gap-file.ts";
import { messageOf } from "./lib/errors.ts";
import type { Log } from "./lib/log.ts";
import type { McpOptions } from "./mcp/mcp-options.ts";

export interface KeptGaps extends AsyncDisposable {
  /** Keeps a query, with the ids of the sections that came closest. */
  add(query: string, closest: readonly string[]): void;
  readonly onUnanswered: NonNullable<McpOptions["onUnanswered"]>;
}

/** Keeps unanswered queries in a folder; what the disk refuses is a log line and no more. */
export function keepGaps(
  folder: string,
  { now, log }: { readonly now: () => number; readonly log: Log },
): KeptGaps {
  const file = new GapFile({
    folder,
    now,
    onError: (error) => log("warn", "queries.not-kept", { message: messageOf(error), folder }),
  });
  return {
    add: (query, closest) => file.add(query, closest),
    onUnanswered: (query, found) => file.add(query, closestOf(found)),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

/** Ids of the sections that came closest. */
export function closestOf({ hits }: CatalogSearchResult): string[] {
  return hits.slice(0, 3).map(({ id }) => id);
}
