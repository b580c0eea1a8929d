import { createHash } from "node:crypto";
import { openCatalog } from "./catalog/open-catalog.ts";
import type { Config } from "./config.ts";
import { createEmbeddings } from "./embeddings.ts";
import { type FollowCatalogOptions, openOrigin } from "./follow-catalog.ts";
import { systemClock } from "./lib/clock.ts";
import { messageOf } from "./lib/errors.ts";
import type { Log } from "./lib/log.ts";
import { FleetCatalog } from "./living/fleet-catalog.ts";
import type { IndexShelf } from "./living/index-shelf.ts";
import { LocalIndexCopy } from "./living/local-index-copy.ts";
import { catalogSettings } from "./load-catalog.ts";
import { readVersion } from "./version.ts";

export interface FollowFleetOptions extends FollowCatalogOptions {
  readonly shelf: IndexShelf;
  readonly log: Log;
}

/**
 * The catalog that all replicas serve, which one of them makes of the configured sources. Rejects
 * like `followCatalog` when it is this one.
 */
export function followFleet(config: Config, options: FollowFleetOptions): Promise<FleetCatalog> {
  const { shelf, log, clock = systemClock, random = Math.random, prepare, onEvent } = options;
  const given = { ...options, clock };
  const embeddings = createEmbeddings(config, given);
  return FleetCatalog.open({
    shelf,
    clock,
    random,
    identity: identityOf(config),
    openOrigin: (before) => openOrigin(config, embeddings, given, before),
    openBytes: (bytes) => openCatalog(bytes, embeddings?.queries),
    copy: new LocalIndexCopy(config.cache, (error) =>
      log("warn", "store.no-copy", { message: messageOf(error) }),
    ),
    onLead: () => log("info", "index.builder"),
    onPublished: ({ revision, sizeBytes }, tookMs) =>
      log("info", "index.published", { revision, sizeBytes, tookMs }),
    onFailure: (error) => log("warn", "index.not-shared", { message: messageOf(error) }),
    signal: options.signal,
    ...(prepare && { prepare }),
    ...(onEvent && { onEvent }),
  });
}

/** Whoever has other settings or another version may make another catalog of the same pages. */
function identityOf(config: Config): string {
  const { maxPages, maxPageBytes, defaultLanguage, languages, kind, embeddingsModel } = config;
  // Replicas may have the same documentation in different places.
  const sources = config.sources.map((source) => ({ ...source, location: "", name: "" }));
  const made = { sources, maxPages, maxPageBytes, defaultLanguage, languages, kind };
  const parts = [readVersion(), catalogSettings(config), made, embeddingsModel];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
