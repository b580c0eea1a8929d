import type { Config } from "./config.ts";
import { isGitUrl } from "./corpus/git/git-location.ts";
import type { Embeddings } from "./embeddings.ts";
import { messageOf } from "./lib/errors.ts";
import { CatalogKeeper } from "./living/catalog-keeper.ts";
import { KeptIndex } from "./living/kept-index.ts";
import type { LoadCatalogOptions } from "./load-catalog.ts";
import { readVersion } from "./version.ts";

export interface KeepCatalogOptions extends Pick<LoadCatalogOptions, "onWarning"> {
  /** Told, in a sentence, why an index that is there is not used. */
  readonly onUnused?: (reason: string) => void;
}

/** Where the index of these settings is kept over a restart. */
export function keptIndexOf(config: Config, { onUnused }: KeepCatalogOptions = {}): KeptIndex {
  const identity = indexIdentity(config);
  return new KeptIndex({ folder: config.cache, identity, ...(onUnused && { onUnused }) });
}

/**
 * Keeps the catalog of sources that are elsewhere. Undefined when all are on this computer: what is
 * there is the last good state itself, and reading it is what a start is for.
 */
export function keepCatalog(
  config: Config,
  embeddings: Embeddings | undefined,
  options: KeepCatalogOptions,
): CatalogKeeper | undefined {
  if (!config.sources.some(({ location }) => isElsewhere(location))) return undefined;
  const { onWarning, onUnused } = options;
  return new CatalogKeeper({
    store: keptIndexOf(config, options),
    version: readVersion(),
    sourceCount: config.sources.length,
    embedder: embeddings?.queries,
    ...(onUnused && { onUnused }),
    onFailure: (error) =>
      onWarning?.(`the index cannot be kept in ${config.cache}: ${messageOf(error)}`),
  });
}

/** Whether a source is asked over a network. */
export function isElsewhere(location: string): boolean {
  return location.includes("://") || isGitUrl(location);
}

/** All settings that change what is in an index. */
function indexIdentity(config: Config): unknown {
  const { sources, kind, title, baseUrl, languages, defaultLanguage, versions } = config;
  const { maxPages, maxPageBytes, embeddingsUrl, embeddingsModel } = config;
  return [
    { sources, kind, title, baseUrl, languages, defaultLanguage, versions },
    { maxPages, maxPageBytes, embeddingsUrl, embeddingsModel },
  ];
}
