import type { IndexedCatalog } from "./catalog/open-catalog.ts";
import type { Config } from "./config.ts";
import type { FollowCatalogOptions } from "./follow-catalog.ts";
import { messageOf } from "./lib/errors.ts";
import type { Log } from "./lib/log.ts";
import type { FleetCatalog } from "./living/fleet-catalog.ts";
import type { FollowedCatalog } from "./living/living-catalog.ts";
import type { LivingEvent } from "./living/living-status.ts";
import type { MergeSegments } from "./search/merge-segments.ts";
import type { Fleet } from "./store/open-fleet.ts";

export interface FollowDocumentationOptions
  extends Omit<FollowCatalogOptions, "merge" | "prepare" | "onUnused" | "onEvent"> {
  readonly log: Log;
  /** The replicas that it is shared with. Default: this machine is alone. */
  readonly fleet?: Fleet | undefined;
  /** By name of the source; is counted up. */
  readonly failures: Map<string, number>;
  /** Makes ready what is served with a catalog, the merges of it in a thread. */
  readonly prepare?: (next: IndexedCatalog, merge: MergeSegments) => Promise<() => void>;
  readonly onEvent?: (event: LivingEvent) => void;
  /** Follows it where there is no fleet. Default: `followCatalog`. */
  readonly followCatalog?: FollowCatalog | undefined;
}

export type FollowCatalog = (
  config: Config,
  options: FollowCatalogOptions,
) => Promise<FollowedCatalog>;

/** What a server follows. */
export interface FollowedDocumentation {
  readonly living: FollowedCatalog;
  /** The same one, when it is a fleet's. */
  readonly fleetCatalog?: FleetCatalog;
}

/**
 * The configured documentation, followed as this machine or its fleet does, with its log and its
 * failures counted. Rejects like `followCatalog`.
 */
export async function followDocumentation(
  config: Config,
  options: FollowDocumentationOptions,
): Promise<FollowedDocumentation> {
  const { log, fleet, failures, prepare, onEvent, followCatalog, ...rest } = options;
  const { createLivingLog } = await import("./living-log.ts");
  const { mergeElsewhere } = await import("./living/merge-thread.ts");
  const merge: MergeSegments = (segments) =>
    mergeElsewhere(segments, {
      onFailure: (error) => log("warn", "merge.no-thread", { message: messageOf(error) }),
    });
  const logLiving = createLivingLog(log);
  const following: FollowCatalogOptions = {
    ...rest,
    merge,
    ...(prepare && { prepare: (next) => prepare(next, merge) }),
    onUnused: (message) => log("debug", "index.not-used", { message }),
    onEvent(event) {
      logLiving(event);
      if (event.kind === "source-failed") {
        const { name } = event.source;
        failures.set(name, (failures.get(name) ?? 0) + 1);
      }
      onEvent?.(event);
    },
  };
  if (!fleet) {
    const follow = followCatalog ?? (await import("./follow-catalog.ts")).followCatalog;
    return { living: await follow(config, following) };
  }
  if (config.keysFile !== undefined) {
    const { shareKeys } = await import("./share-keys.ts");
    const onError = (error: unknown): void =>
      log("warn", "access.failed", { message: messageOf(error) });
    await shareKeys({ storage: fleet.storage, path: config.keysFile, onError });
  }
  const { followFleet } = await import("./follow-fleet.ts");
  const fleetCatalog = await followFleet(config, { ...following, shelf: fleet.shelf, log });
  return { living: fleetCatalog, fleetCatalog };
}
