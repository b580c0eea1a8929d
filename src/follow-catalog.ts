import { basename, dirname } from "node:path";
import type { KeptCatalog } from "./catalog/kept-pages.ts";
import type { SourceConfig } from "./config/source-list.ts";
import type { Config } from "./config.ts";
import { createEmbeddings, type Embeddings } from "./embeddings.ts";
import { type Clock, systemClock } from "./lib/clock.ts";
import { messageOf } from "./lib/errors.ts";
import type { CatalogOrigin } from "./living/catalog-origin.ts";
import { FileWatch } from "./living/file-watch.ts";
import { IndexFileOrigin } from "./living/index-file-origin.ts";
import { LivingCatalog, type LivingCatalogOptions } from "./living/living-catalog.ts";
import type { SourcesOrigin } from "./living/sources-origin.ts";
import { findIndexFile, type LoadCatalogOptions, openIndexFile } from "./load-catalog.ts";
import type { MergeSegments } from "./search/merge-segments.ts";

export interface FollowCatalogOptions
  extends LoadCatalogOptions,
    Pick<LivingCatalogOptions, "prepare" | "onEvent"> {
  /** Times the schedule and the looks at files. Default: the system's. */
  readonly clock?: Clock;
  /** Default: `Math.random`. */
  readonly random?: () => number;
  /** Merges segments of the index. Default: here and now. */
  readonly merge?: MergeSegments;
  /** Told, in a sentence, why an index that an earlier process kept is not used. */
  readonly onUnused?: (reason: string) => void;
}

/**
 * The catalog of the configured sources, or of the index file that the source is, which follows them
 * once it is started. Of sources that are elsewhere it is at first what an earlier process kept, and
 * they are asked at once. Rejects like `loadCatalog`, and with what `prepare` throws.
 */
export async function followCatalog(
  config: Config,
  options: FollowCatalogOptions,
): Promise<LivingCatalog> {
  const { clock = systemClock, random = Math.random, prepare, onEvent } = options;
  const given = { ...options, clock };
  const embeddings = createEmbeddings(config, given);
  const indexFile = await findIndexFile(config.sources);
  const follow = (origin: CatalogOrigin): Promise<LivingCatalog> =>
    LivingCatalog.open(origin, {
      clock,
      random,
      ...(prepare && { prepare }),
      ...(onEvent && { onEvent }),
    });
  if (indexFile) return follow(await originOfIndexFile(indexFile, embeddings, given));
  const { followSources } = await import("./follow-sources.ts");
  return followSources({ config, embeddings, follow, openWatch, options: given });
}

/**
 * Where the configured documentation comes from, for whoever follows it in another way. Rejects like
 * {@link followCatalog}.
 *
 * @param before what the same sources gave earlier: nothing is read then, and the first catalog is
 *   that one.
 */
export async function openOrigin(
  config: Config,
  embeddings: Embeddings | undefined,
  options: GivenOptions,
  before?: KeptCatalog,
): Promise<SourcesOrigin | IndexFileOrigin> {
  const indexFile = await findIndexFile(config.sources);
  if (indexFile) return originOfIndexFile(indexFile, embeddings, options);
  const { openSourcesOrigin } = await import("./follow-sources.ts");
  return openSourcesOrigin({ config, embeddings, openWatch, options }, before);
}

export type GivenOptions = FollowCatalogOptions & { readonly clock: Clock };

async function originOfIndexFile(
  file: SourceConfig,
  embeddings: Embeddings | undefined,
  options: GivenOptions,
): Promise<IndexFileOrigin> {
  const watch = await openWatch(file, options);
  const open = (): ReturnType<typeof openIndexFile> => openIndexFile(file, embeddings, options);
  return new IndexFileOrigin(await open(), { name: file.name, watch }, open);
}

/** Notes what is there before it is read, so that no change goes by. */
async function openWatch(
  { location, name }: SourceConfig,
  { clock, onWarning }: GivenOptions,
): Promise<FileWatch> {
  // The pages that an llms.txt lists lie beside it.
  const path = basename(location) === "llms.txt" ? dirname(location) : location;
  const watch = new FileWatch({
    path,
    clock,
    onBlind: (error) =>
      onWarning?.(
        `the system does not tell of changes in ${name} (${messageOf(error)}): it is looked at` +
          " every now and then instead",
      ),
  });
  await watch.look();
  return watch;
}
