import type { KeptCatalog, KeptPage } from "./catalog/kept-pages.ts";
import { openCatalog } from "./catalog/open-catalog.ts";
import type { SourceConfig } from "./config/source-list.ts";
import type { Config } from "./config.ts";
import type { Problem } from "./corpus/page.ts";
import { ParsedDocuments } from "./corpus/parsed-documents.ts";
import type { Source } from "./corpus/source.ts";
import type { Embeddings } from "./embeddings.ts";
import type { GivenOptions } from "./follow-catalog.ts";
import { isElsewhere, keepCatalog } from "./keep-catalog.ts";
import { DocportError, messageOf } from "./lib/errors.ts";
import type { CatalogKeeper, FormerCatalog } from "./living/catalog-keeper.ts";
import type { CatalogOrigin } from "./living/catalog-origin.ts";
import type { ChangeWatch } from "./living/change-watch.ts";
import type { LivingCatalog } from "./living/living-catalog.ts";
import { SourceProblems } from "./living/source-problems.ts";
import { type OriginSource, SourcesOrigin } from "./living/sources-origin.ts";
import { buildFrom, catalogSettings, openSources } from "./load-catalog.ts";

export interface SourcesOriginGiven {
  readonly config: Config;
  readonly embeddings: Embeddings | undefined;
  readonly openWatch: (source: SourceConfig, options: GivenOptions) => Promise<ChangeWatch>;
  readonly options: GivenOptions;
}

export interface FollowSourcesOptions extends SourcesOriginGiven {
  /** Makes the living catalog. Rejects when the origin's first catalog cannot be served. */
  readonly follow: (origin: CatalogOrigin) => Promise<LivingCatalog>;
}

/** The catalog of the configured sources; see `followCatalog`. */
export async function followSources(given: FollowSourcesOptions): Promise<LivingCatalog> {
  const { config, embeddings, follow, options } = given;
  const keeper = keepCatalog(config, embeddings, options);
  const former = await keeper?.read();
  // Strict sources are read first, because a page that cannot be read has to end the start.
  if (former && !config.strict) {
    try {
      return await followFormer(former, given, keeper);
    } catch (error) {
      options.onUnused?.(`the index that was kept cannot be served: ${messageOf(error)}`);
    }
  }
  try {
    const living = await follow(await originOfSources(given, keeper));
    // An endpoint that was down at the start may be up again.
    if (embeddings && living.current.vectorsModel === undefined) living.refresh();
    return living;
  } catch (error) {
    const isAboutPages = error instanceof DocportError && error.code === "ERR_PAGE_UNREADABLE";
    if (!former || isAboutPages || options.signal?.aborted) throw error;
    options.onWarning?.(`${messageOf(error)} What an earlier run kept is served.`);
    return await followFormer(former, given, keeper);
  }
}

/** What an earlier process served, whose sources are asked as soon as it is served again. */
async function followFormer(
  former: FormerCatalog,
  given: FollowSourcesOptions,
  keeper: CatalogKeeper | undefined,
): Promise<LivingCatalog> {
  // A folder that is not there yet must not keep the others from being followed.
  const sources = await openFollowed(given, { isPatient: true });
  const followed = sources.map((one, source) => ({ ...one, readAt: former.readAt[source] ?? 0 }));
  const living = await given.follow(originOver(former, followed, given, keeper));
  living.refresh();
  return living;
}

/** The sources, over the catalog that another process made of them when that is given. */
export async function openSourcesOrigin(
  given: SourcesOriginGiven,
  before: KeptCatalog | undefined,
): Promise<SourcesOrigin> {
  if (!before) return originOfSources(given, undefined);
  const followed = await openFollowed(given, { isPatient: true });
  return originOver(markLacking(before, given.embeddings), followed, given, undefined);
}

async function originOfSources(
  given: SourcesOriginGiven,
  keeper: CatalogKeeper | undefined,
): Promise<SourcesOrigin> {
  const { config, embeddings, options } = given;
  const parsed = new ParsedDocuments();
  const pages: KeptPage[][] = config.sources.map(() => []);
  const followed = await openFollowed(given, { isPatient: false });
  const problems = followed.map(() => new SourceProblems());
  const sources = followed.map(({ source }, number) => noting(source, problems[number]));
  const bytes = await buildFrom(sources, config, options, embeddings, {
    parsed,
    onPage: (page, source) => pages[source]?.push(page),
  });
  const catalog = openCatalog(bytes, embeddings?.queries);
  const first = markLacking({ catalog, sources: pages }, embeddings);
  const readAt = options.now();
  keeper?.keep(
    first,
    followed.map(() => readAt),
  );
  const read = followed.map((one, number) => {
    const met = problems[number];
    return { ...one, ...(met && { problems: met }) };
  });
  return originOver(first, read, given, keeper, parsed);
}

/** A source whose problems are noted while it is read. */
function noting(source: Source, problems: SourceProblems | undefined): Source {
  return {
    name: source.name,
    async *load(options) {
      for await (const item of source.load(options)) {
        if (item.kind === "problem") problems?.add(item.problem);
        yield item;
      }
    },
  };
}

/** Whatever is read again then has the vectors made that are missing. */
function markLacking(kept: KeptCatalog, embeddings: Embeddings | undefined): KeptCatalog {
  const { catalog, sources } = kept;
  if (!embeddings || catalog.vectorsModel !== undefined) return kept;
  const marked = sources.map((pages) => pages.map((page) => ({ ...page, fingerprint: "" })));
  return { catalog, sources: marked };
}

function originOver(
  first: KeptCatalog,
  followed: readonly OriginSource[],
  { config, embeddings, options }: SourcesOriginGiven,
  keeper: CatalogKeeper | undefined,
  parsed: ParsedDocuments = new ParsedDocuments(),
): SourcesOrigin {
  return new SourcesOrigin(first, followed, {
    settings: catalogSettings(config),
    now: options.now,
    parsed,
    createEmbedder: embeddings?.createSectionEmbedder,
    onProblem: problemReporter(config, options),
    merge: options.merge,
    keeper,
  });
}

async function openFollowed(
  { config, openWatch, options }: SourcesOriginGiven,
  { isPatient }: { readonly isPatient: boolean },
): Promise<readonly OriginSource[]> {
  const sources = await openSources(config, { ...options, isPatient });
  const followed: OriginSource[] = [];
  for (const [number, source] of sources.entries()) {
    const place = config.sources[number];
    if (!place) throw new Error(`source ${number} is not configured`);
    // A repository on this computer is asked too: of it only commits count.
    const isRemote = isElsewhere(place.location) || source.revision !== undefined;
    followed.push({
      name: place.name,
      source,
      ...(!isRemote && { watch: await openWatch(place, options) }),
      ...(isRemote && config.refreshInMs > 0 && { everyMs: config.refreshInMs }),
    });
  }
  return followed;
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
