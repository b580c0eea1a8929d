import { open, readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { type BuildOptions, buildCatalogFile, type CatalogFile } from "./catalog/build-catalog.ts";
import type { CatalogSettings } from "./catalog/gathered-pages.ts";
import { type IndexedCatalog, openCatalog } from "./catalog/open-catalog.ts";
import { corporaOf, type SourceConfig } from "./config/source-list.ts";
import type { Config } from "./config.ts";
import { isGitUrl } from "./corpus/git/git-location.ts";
import type { Problem } from "./corpus/page.ts";
import type { LoadProgress, Source } from "./corpus/source.ts";
import { namedSource } from "./corpus/sources/named-source.ts";
import type { openSource } from "./corpus/sources/open-source.ts";
import { patientSource } from "./corpus/sources/patient-source.ts";
import { openSourceCache } from "./corpus/sources/source-cache.ts";
import { createEmbeddings, type Embeddings } from "./embeddings.ts";
import type { Clock } from "./lib/clock.ts";
import { DocportError, messageOf } from "./lib/errors.ts";
import type { Scratch } from "./search/build/tape.ts";
import { bytesOf, INDEX_MAGIC } from "./search/file/sections.ts";
import { readVersion } from "./version.ts";

export interface LoadCatalogOptions {
  readonly fetch: typeof fetch;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Called for each page that could not be read. */
  readonly onProblem?: (problem: Problem) => void;
  /** Called with what the documentation is served without, in a sentence; once. */
  readonly onWarning?: (warning: string) => void;
  /** Environment of the programs that are run, such as git. Default: a bare one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Times requests for embeddings. Default: the system's. */
  readonly clock?: Clock;
}

/**
 * The catalog of the configured sources, or of the index file when that is what the source is.
 * Rejects with a `DocportError` when a source as a whole cannot be read, and with
 * `ERR_PAGE_UNREADABLE` or `ERR_EMBEDDINGS` when the configuration is strict and a page could not
 * be read, or the vectors not be had.
 */
export async function loadCatalog(
  config: Config,
  options: LoadCatalogOptions,
): Promise<IndexedCatalog> {
  const indexFile = await findIndexFile(config.sources);
  const embeddings = createEmbeddings(config, options);
  return indexFile
    ? openIndexFile(indexFile, embeddings, options)
    : openCatalog(
        await buildFrom(await openSources(config, options), config, options, embeddings),
        embeddings?.queries,
      );
}

/** The catalog of an index file. Warns when its vectors are not those that are configured. */
export async function openIndexFile(
  indexFile: SourceConfig,
  embeddings: Embeddings | undefined,
  { onWarning }: Pick<LoadCatalogOptions, "onWarning">,
): Promise<IndexedCatalog> {
  const catalog = openCatalog(await readIndexFile(indexFile), embeddings?.queries);
  const { vectorsModel } = catalog;
  if (embeddings && vectorsModel !== embeddings.queries.model) {
    const made = vectorsModel === undefined ? "without embeddings" : `with ${vectorsModel}`;
    onWarning?.(
      `${indexFile.name} was made ${made}, not with ${embeddings.queries.model}: search is by words` +
        " only until it is made again",
    );
  }
  return catalog;
}

/**
 * An index file over the configured sources, to be read as long as the scratch lives. Rejects like
 * {@link loadCatalog}.
 */
export async function buildIndex(
  config: Config,
  options: LoadCatalogOptions,
  scratch?: Scratch,
): Promise<CatalogFile> {
  const sources = await openSources(config, options);
  const embeddings = createEmbeddings(config, options);
  return buildFileFrom(sources, config, options, embeddings, scratch ? { scratch } : {});
}

interface OpenSourcesOptions extends LoadCatalogOptions {
  /** A source that cannot be opened is opened when it is read. Default: it rejects. */
  readonly isPatient?: boolean;
}

/** The configured sources, in their order. Rejects like {@link loadCatalog}. */
export async function openSources(config: Config, options: OpenSourcesOptions): Promise<Source[]> {
  const sources: Source[] = [];
  const corpora = corporaOf(config.sources);
  // The readers of documents are most of the program, and an index file needs none of them.
  const { openSource } = await import("./corpus/sources/open-source.ts");
  const { detectLanguage } = await import("./search/analysis/detect-language.ts");
  for (const source of config.sources) {
    const open = (): Promise<Source> =>
      openSource(sourceSettings(config, source), {
        userAgent: `docport/${readVersion()}`,
        detectLanguage,
        ...(options.clock && { clock: options.clock }),
        ...(options.env && { env: options.env }),
      });
    const opened = await open().catch((error: unknown) => {
      if (options.isPatient && error instanceof DocportError)
        return patientSource(source.name, open);
      throw error;
    });
    const cached = withCache(opened, config, source, options.onWarning);
    const { corpus } = source;
    const isNamed = corpus !== undefined && corpora.includes(corpus);
    sources.push(isNamed ? namedSource(cached, corpus) : cached);
  }
  return sources;
}

/** What a catalog is called, and what is listed first. */
export function catalogSettings(config: Config): CatalogSettings {
  const { baseUrl, versions } = config;
  const corpora = corporaOf(config.sources);
  return {
    title: titleOf(config),
    versions,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(corpora.length > 0 && { corpora }),
  };
}

/**
 * Reads the sources and gives the bytes of an index file. Rejects like {@link loadCatalog}.
 *
 * @param remember told of every page, by whoever wants to know later what has changed.
 */
export async function buildFrom(
  sources: readonly Source[],
  config: Config,
  options: LoadCatalogOptions,
  embeddings: Embeddings | undefined,
  remember: Pick<BuildOptions, "onPage" | "parsed"> = {},
): Promise<Uint8Array> {
  return bytesOf(await buildFileFrom(sources, config, options, embeddings, remember));
}

async function buildFileFrom(
  sources: readonly Source[],
  config: Config,
  options: LoadCatalogOptions,
  embeddings: Embeddings | undefined,
  given: Pick<BuildOptions, "onPage" | "parsed" | "scratch">,
): Promise<CatalogFile> {
  const { strict } = config;
  const embedder = embeddings?.createSectionEmbedder();
  let problemCount = 0;
  const file = await buildCatalogFile(sources, catalogSettings(config), {
    ...given,
    now: options.now(),
    ...(embedder ? { embedder } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
    onProblem(problem) {
      problemCount++;
      options.onProblem?.(problem);
    },
  });
  if (strict && problemCount > 0) {
    const pages = problemCount === 1 ? "one page" : `${problemCount} pages`;
    throw new DocportError("ERR_PAGE_UNREADABLE", `${pages} could not be read`, {
      hint: "Correct what is named above, or leave `strict` out to go on without.",
    });
  }
  const failure = embedder?.failure;
  if (strict && failure) throw failure;
  if (failure) options.onWarning?.(`${failure.message}: search is by words only`);
  return file;
}

/** A source that remembers what it read. Its cache is of no use to a source that has another location. */
function withCache(
  source: Source,
  { cache: folder }: Config,
  { location, name }: SourceConfig,
  onWarning: LoadCatalogOptions["onWarning"],
): Source {
  const cache = openSourceCache({
    folder,
    identity: [location],
    version: readVersion(),
    onFailure: (error) =>
      onWarning?.(`what is read from ${name} cannot be kept in ${folder}: ${messageOf(error)}`),
  });
  return {
    name: source.name,
    load: (given) => source.load({ cache, ...given }),
    ...(source.revision && { revision: async (given) => source.revision?.({ cache, ...given }) }),
  };
}

type SourceSettings = Parameters<typeof openSource>[0];

/** What a source says of itself goes over what was said for all of them. */
function sourceSettings(config: Config, source: SourceConfig): SourceSettings {
  const kind = source.kind ?? config.kind;
  const baseUrl = source.baseUrl ?? config.baseUrl;
  const defaultLanguage = source.language ?? config.defaultLanguage;
  return {
    location: source.location,
    ...(kind === undefined ? {} : { kind }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(defaultLanguage === undefined ? {} : { defaultLanguage }),
    ...(config.languages.length === 0 ? {} : { languages: config.languages }),
    ...(config.versions.length === 0 ? {} : { versions: config.versions }),
    ...(source.version === undefined ? {} : { version: source.version }),
    ...(source.ref === undefined ? {} : { ref: source.ref }),
    ...(source.versions === undefined ? {} : { refs: source.versions }),
    ...(source.subfolder === undefined ? {} : { subfolder: source.subfolder }),
    limits: { maxPages: config.maxPages, maxPageBytes: config.maxPageBytes },
  };
}

/** The source that is an index file. Rejects with ERR_SOURCE_KIND when it is one of several. */
export async function findIndexFile(
  sources: readonly SourceConfig[],
): Promise<SourceConfig | undefined> {
  const indexFiles: SourceConfig[] = [];
  for (const source of sources) if (await isIndexFile(source.location)) indexFiles.push(source);
  const [found] = indexFiles;
  if (found && sources.length > 1) {
    throw new DocportError(
      "ERR_SOURCE_KIND",
      `${found.name} is an index file, which cannot be joined with other sources`,
      { hint: "Serve it alone, or name the documentation that it was made from." },
    );
  }
  return found;
}

async function readIndexFile({ location, name }: SourceConfig): Promise<Uint8Array> {
  try {
    return await readFile(location);
  } catch (cause) {
    throw new DocportError(
      "ERR_SOURCE_UNREADABLE",
      `the index file ${name} cannot be read: ${messageOf(cause)}`,
      { cause, hint: "Check the permissions of the file and of the folders above it." },
    );
  }
}

/** Whether a path is a file that begins as index files do. What else is there is for others to say. */
async function isIndexFile(location: string): Promise<boolean> {
  try {
    // Opening a pipe would wait for a writer.
    if (!(await stat(location)).isFile()) return false;
    // What is left of a copy that was cut off at once should be told as that.
    if (location.endsWith(".docport")) return true;
    const file = await open(location, "r");
    try {
      const { buffer } = await file.read(Buffer.alloc(INDEX_MAGIC.length));
      return buffer.equals(INDEX_MAGIC);
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

/** Folder names that do not tell whose documentation it is. */
const COMMON_NAMES = /^(docs?|documentation|content|pages|site|src|public|website|www|\.+)$/i;

/** The configured title, or one made from where the documentation is. */
function titleOf({ title, baseUrl, sources }: Config): string {
  const [first] = sources;
  if (title !== undefined) return title;
  if (baseUrl !== undefined) return new URL(baseUrl).hostname;
  // None of several has the name of all; and not everybody may be told the first one's.
  if (!first || corporaOf(sources).length > 0) return "Documentation";
  if (/^https?:/i.test(first.location) && !isGitUrl(first.location)) {
    return new URL(first.location).hostname;
  }
  const name = basename(first.location.split("#", 1)[0] ?? "").replace(/\.\w+$/, "");
  if (!COMMON_NAMES.test(name)) return name;
  const parent = basename(dirname(first.location));
  return parent === "" ? "Documentation" : `${parent} documentation`;
}
