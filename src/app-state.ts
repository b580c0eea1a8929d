import { isPrivate } from "./config/access-settings.ts";
import type { Config } from "./config.ts";
import { describeFailures } from "./describe-server.ts";
import type { FleetCatalog } from "./living/fleet-catalog.ts";
import type { LivingStatus } from "./living/living-status.ts";
import type { SourceState } from "./metrics/metric-facts.ts";

/** What `/readyz` says beside a yes, in sentences. */
export function readyThough(
  config: Config,
  status: LivingStatus,
  catalog: FleetCatalog | undefined,
): readonly string[] {
  return [...describeFailures(status), ...(isPrivate(config) ? [] : missingIndex(catalog))];
}

/** A replica that is behind answers all the same, with the revision that it has. */
function missingIndex(catalog: FleetCatalog | undefined): readonly string[] {
  const { revision, missing } = catalog?.fleetStatus() ?? {};
  return missing === undefined ? [] : [`Serves revision ${revision}; the fleet's is ${missing}.`];
}

/** How the sources are, for metrics and `server_status`. */
export function sourceStates(
  { sources }: LivingStatus,
  failures: ReadonlyMap<string, number>,
): SourceState[] {
  return sources.map(({ name, lastSuccessAt, failure }) => ({
    name,
    isUp: failure === undefined,
    readAt: lastSuccessAt,
    failingSince: failure?.since,
    failures: failures.get(name) ?? 0,
  }));
}
