import type { Page, Problem } from "../corpus/page.ts";
import type { ParsedDocuments } from "../corpus/parsed-documents.ts";
import type { LoadProgress, Source } from "../corpus/source.ts";
import { DocportError } from "../lib/errors.ts";
import type { Scratch } from "../search/build/tape.ts";
import { bytesOf } from "../search/file/sections.ts";
import { IndexBuilder, type IndexFile } from "../search/index-builder.ts";
import type { CatalogFacts } from "./catalog.ts";
import { packMetadata } from "./catalog-metadata.ts";
import { type CatalogSettings, GatheredPages } from "./gathered-pages.ts";
import { fingerprintOf, type KeptPage } from "./kept-pages.ts";
import { pageRecords } from "./page-records.ts";
import type { SectionEmbedder } from "./semantic/section-embedder.ts";
import { optional } from "./stored-json.ts";

export interface BuildOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Called for each page that could not be read; the build goes on. */
  readonly onProblem?: (problem: Problem) => void;
  /** Called for each page that was indexed, with the number of its source. */
  readonly onPage?: (page: KeptPage, source: number) => void;
  /** Documents that earlier loads parsed. */
  readonly parsed?: ParsedDocuments;
  /** Milliseconds since the Unix epoch; becomes `CatalogFacts.builtAt`. */
  readonly now: number;
  /** Asked for the vectors of all sections; without them the index is made all the same. */
  readonly embedder?: SectionEmbedder;
  /** Where what is built is put meanwhile; without it, it is held in memory. */
  readonly scratch?: Scratch;
}

/** An index file that is made while it is read, and what stands in it. */
export interface CatalogFile extends IndexFile {
  readonly facts: CatalogFacts;
}

/** As {@link buildCatalogFile}, in one piece, for {@link openCatalog}. */
export async function buildCatalog(
  sources: readonly Source[],
  settings: CatalogSettings,
  options: BuildOptions,
): Promise<Uint8Array> {
  return bytesOf(await buildCatalogFile(sources, settings, options));
}

/**
 * Reads all sources and gives an index file of them, as long as the scratch lives.
 * Throws `DocportError` with `ERR_SOURCE_EMPTY` when there was not one page to serve.
 */
export async function buildCatalogFile(
  sources: readonly Source[],
  settings: CatalogSettings,
  options: BuildOptions,
): Promise<CatalogFile> {
  const builder = new IndexBuilder(optional("scratch", options.scratch));
  const gathered = new GatheredPages(options.scratch);
  for (const [number, source] of sources.entries()) {
    const readBefore = gathered.pageCount;
    const onProgress = options.onProgress;
    const items = source.load({
      ...optional("signal", options.signal),
      ...optional("parsed", options.parsed),
      ...optional(
        "onProgress",
        onProgress && ((progress) => onProgress(offsetProgress(progress, readBefore))),
      ),
    });
    for await (const item of items) {
      options.signal?.throwIfAborted();
      if (item.kind === "problem") options.onProblem?.(item.problem);
      else {
        const id = await addPage(builder, gathered, item.page, options.embedder);
        const kept = { sourceId: item.page.id, id };
        options.onPage?.({ ...kept, fingerprint: fingerprintOf(item) }, number);
      }
    }
  }
  if (gathered.pageCount === 0) {
    throw new DocportError(
      "ERR_SOURCE_EMPTY",
      `no page found in ${sources.map((source) => source.name).join(", ")}`,
      { hint: "Name a folder or archive with documentation, a JSON export, or an llms.txt." },
    );
  }
  const facts = gathered.facts(settings, options.now);
  const revision = gathered.revision(facts);
  const metadata = packMetadata({ revision, facts }, gathered.packedPages);
  const file = builder.finishFile(metadata, await options.embedder?.finish());
  return { ...file, facts };
}

function offsetProgress(progress: LoadProgress, readBefore: number): LoadProgress {
  return {
    pagesRead: readBefore + progress.pagesRead,
    ...optional(
      "pagesExpected",
      progress.pagesExpected === undefined ? undefined : readBefore + progress.pagesExpected,
    ),
  };
}

/** Gives the id that it has in the catalog. */
async function addPage(
  builder: IndexBuilder,
  gathered: GatheredPages,
  given: Page,
  embedder: SectionEmbedder | undefined,
): Promise<string> {
  const page = gathered.withFreeId(given);
  const { group, documents } = pageRecords(page);
  builder.addGroup(group);
  for (const document of documents) {
    builder.add(document);
    await embedder?.add(document);
  }
  gathered.add(page, group.stored);
  return page.id;
}
