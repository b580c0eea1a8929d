import { GapFile } from "./gaps/gap-file.ts";
import { messageOf } from "./lib/errors.ts";
import type { Log } from "./lib/log.ts";
import type { McpOptions } from "./mcp/mcp-options.ts";

export interface KeptGaps extends AsyncDisposable {
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
    onUnanswered: (query, { hits }) =>
      file.add(
        query,
        hits.slice(0, 3).map(({ id }) => id),
      ),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}
