import { messageOf } from "./lib/errors.ts";
import type { Log } from "./lib/log.ts";
import type { LivingEvent } from "./living/living-status.ts";

/** A line of the log for each thing that happens to the documentation. */
export function createLivingLog(log: Log): (event: LivingEvent) => void {
  return (event) => {
    switch (event.kind) {
      case "swapped": {
        const { facts, revision } = event.after;
        const { pageCount: pages, sectionCount: sections } = facts;
        return log("info", "index.swapped", { revision, pages, sections, tookMs: event.tookMs });
      }
      case "source-failed": {
        const { name, failure } = event.source;
        return log("warn", "source.failed", {
          source: name,
          message: messageOf(event.error),
          since: isoTime(failure?.since),
          serving: "what it had",
        });
      }
      case "source-recovered":
        return log("info", "source.recovered", {
          source: event.source.name,
          failedSince: isoTime(event.since),
        });
      case "build-failed":
        return log("error", "index.failed", {
          message: event.failure.message,
          since: isoTime(event.failure.since),
          serving: "what it had",
        });
    }
  };
}

function isoTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
