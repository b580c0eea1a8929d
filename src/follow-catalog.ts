import { basename, dirname } from "node:path";
import type { KeptPage } from "./catalog/kept-pages.ts";
import { openCatalog } from "./catalog/open-catalog.ts";
import type { SourceConfig } from "./config/source-list.ts";
import type { Config } from "./config.ts";
import { isGitUrl } from "./corpus/git/git-location.ts";
import type { Problem } from "./corpus/page.ts";
import { createEmbeddings, type Embeddings } from "./embeddings.ts";
import { type Clock, systemClock } from "./lib/clock.ts";
import { DocportError, messageOf } from "./lib/errors.ts";
import type { CatalogOrigin } from "./living/catalog-origin.ts";
import { FileWatch } from "./living/file-watch.ts";
import { IndexFileOrigin } from "./living/index-file-origin.ts";
import { LivingCatalog, type LivingCatalogOptions } from "./living/living-catalog.ts";
import {
  buildFrom,
  catalogSettings,
  findIndexFile,
  type LoadCatalogOptions,
  openIndexFile,
  openSources,
} from "./load-catalog.ts";
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
}

/**
 * The catalog of the configured sources, or of the index file that the source is, which follows them
 * once it is started. Rejects like `loadCatalog`, and with what `prepare` throws.
 */
export async function followCatalog(
  config: Config,
  options: FollowCatalogOptions,
): Promise<LivingCatalog> {
  const { clock = systemClock, random = Math.random, prepare, onEvent } = options;
  const given = { ...options, clock };
  const embeddings = createEmbeddings(config, given);
  const indexFile = await findIndexFile(config.sources);
  const origin = indexFile
    ? await originOfIndexFile(indexFile, embeddings, given)
    : await originOfSources(config, embeddings, given);
  const living = await LivingCatalog.open(origin, {
    clock,
    random,
    ...(prepare && { prepare }),
    ...(onEvent && { onEvent }),
  });
  // An endpoint that was down at the start may be up again.
  if (embeddings && !indexFile && living.current.vectorsModel === undefined) living.refresh();
  return living;
}

type GivenOptions = FollowCatalogOptions & { readonly clock: Clock };

async function originOfIndexFile(
  file: SourceConfig,
  embeddings: Embeddings | undefined,
  options: GivenOptions,
): Promise<CatalogOrigin> {
  const watch = await openWatch(file, options);
  const open = (): ReturnType<typeof openIndexFile> => openIndexFile(file, embeddings, options);
  return new IndexFileOrigin(await open(), { name: file.name, watch }, open);
}

async function originOfSources(
  config: Config,
  embeddings: Embeddings | undefined,
  options: GivenOptions,
): Promise<CatalogOrigin> {
  // What reads documents is loaded only where there are some: an index file needs none of it.
  const { ParsedDocuments } = await import("./corpus/parsed-documents.ts");
  const { SourcesOrigin } = await import("./living/sources-origin.ts");
  const parsed = new ParsedDocuments();
  const kept: KeptPage[][] = config.sources.map(() => []);
  const sources = await openSources(config, options);
  const followed = [];
  for (const [number, source] of sources.entries()) {
    const place = config.sources[number];
    if (!place) throw new Error(`source ${number} is not configured`);
    // A repository on this computer is asked too: of it only commits count.
    const isRemote =
      place.location.includes("://") || isGitUrl(place.location) || source.revision !== undefined;
    followed.push({
      name: place.name,
      source,
      ...(!isRemote && { watch: await openWatch(place, options) }),
      ...(isRemote && config.refreshInMs > 0 && { everyMs: config.refreshInMs }),
    });
  }
  const bytes = await buildFrom(sources, config, options, embeddings, {
    parsed,
    onPage: (page, source) => kept[source]?.push(page),
  });
  const catalog = openCatalog(bytes, embeddings?.queries);
  const lacksVectors = embeddings !== undefined && catalog.vectorsModel === undefined;
  const first = {
    catalog,
    // Whatever is read again then has its vectors made.
    sources: lacksVectors
      ? kept.map((pages) => pages.map((page) => ({ ...page, fingerprint: "" })))
      : kept,
  };
  return new SourcesOrigin(first, followed, {
    settings: catalogSettings(config),
    now: options.now,
    parsed,
    createEmbedder: embeddings?.createSectionEmbedder,
    merge: options.merge,
    onProblem: problemReporter(config, options),
  });
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

/** Problems remembered, so that years of them do not fill the memory. */
const MAX_TOLD = 10_000;

/** Tells of each problem once, however often the page is read; a strict source fails with it. */
function problemReporter(
  { strict }: Config,
  { onProblem }: GivenOptions,
): (problem: Problem) => void {
  const told = new Set<string>();
  return (problem) => {
    const key = `${problem.path}\0${problem.reason}`;
    if (strict) {
      throw new DocportError("ERR_PAGE_UNREADABLE", `${problem.path}: ${problem.reason}`, {
        hint: "Correct the page, or leave `strict` out to go on without.",
      });
    }
    if (told.has(key)) return;
    if (told.size >= MAX_TOLD) told.clear();
    told.add(key);
    onProblem?.(problem);
  };
}
