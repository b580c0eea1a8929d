import { MemoryStorage } from "../../src/certs/memory-storage.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { type Fleet, openFleet } from "../../src/store/open-fleet.ts";

/** Joins the replicas over this database, as one that keeps nothing of its own. */
export function joinFleet(url: string): Promise<Fleet> {
  return openFleet({
    url,
    keys: [],
    local: new MemoryStorage(),
    clock: systemClock,
    log: () => {},
    status: () => ({}),
  });
}
