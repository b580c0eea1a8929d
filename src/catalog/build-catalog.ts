import type { Page, Problem, Section } from "../corpus/page.ts";
import type { LoadProgress, Source } from "../corpus/source.ts";
import { DocportError } from "../lib/errors.ts";
import { IndexBuilder } from "../search/index-builder.ts";
import type { IndexDocument } from "../search/index-document.ts";
import { packMetadata } from "./catalog-metadata.ts";
import { type CatalogSettings, GatheredPages } from "./gathered-pages.ts";
import type { SectionEmbedder } from "./semantic/section-embedder.ts";
import { encodeJson, optional, type StoredHit } from "./stored-json.ts";

export interface BuildOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Called for each page that could not be read; the build goes on. */
  readonly onProblem?: (problem: Problem) => void;
  /** Milliseconds since the Unix epoch; becomes `CatalogFacts.builtAt`. */
  readonly now: number;
  /** Asked for the vectors of all sections; without them the index is made all the same. */
  readonly embedder?: SectionEmbedder;
}

/**
 * Reads all sources and returns the bytes of an index file, for {@link openCatalog}.
 * Throws `DocportError` with `ERR_SOURCE_EMPTY` when there was not one page to serve.
 */
export async function buildCatalog(
  sources: readonly Source[],
  settings: CatalogSettings,
  options: BuildOptions,
): Promise<Uint8Array> {
  const builder = new IndexBuilder();
  const gathered = new GatheredPages();
  for (const source of sources) {
    const readBefore = gathered.summaries.length;
    const onProgress = options.onProgress;
    const items = source.load({
      ...optional("signal", options.signal),
      ...optional(
        "onProgress",
        onProgress && ((progress) => onProgress(offsetProgress(progress, readBefore))),
      ),
    });
    for await (const item of items) {
      options.signal?.throwIfAborted();
      if (item.kind === "problem") options.onProblem?.(item.problem);
      else await addPage(builder, gathered, item.page, options.embedder);
    }
  }
  if (gathered.summaries.length === 0) {
    throw new DocportError(
      "ERR_SOURCE_EMPTY",
      `no page found in ${sources.map((source) => source.name).join(", ")}`,
      { hint: "Name a folder or archive with documentation, a JSON export, or an llms.txt." },
    );
  }
  const facts = gathered.facts(settings, options.now);
  return builder.finish(
    packMetadata({ revision: gathered.revision(settings), facts }, gathered.summaries),
    await options.embedder?.finish(),
  );
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

async function addPage(
  builder: IndexBuilder,
  gathered: GatheredPages,
  given: Page,
  embedder: SectionEmbedder | undefined,
): Promise<void> {
  const page = gathered.withFreeId(given);
  const stored = encodeJson(storedPage(page));
  builder.addGroup({ id: page.id, stored });
  for (const section of page.sections) {
    const document = documentOf(page, section);
    builder.add(document);
    await embedder?.add(document);
  }
  gathered.add(page, stored);
}

function documentOf(page: Page, section: Section): IndexDocument {
  const isLead = section.anchor === "" && section.level === 0;
  const hit: StoredHit = {
    title: section.title,
    headingPath: section.headingPath,
    url: section.url,
    language: page.language,
    ...optional("version", page.version),
    ...optional("modifiedAt", page.modifiedAt),
    ...optional("revision", page.revision),
  };
  return {
    id: section.id,
    group: page.id,
    ...optional("translationKey", page.translationKey),
    language: page.language,
    ...optional("version", page.version),
    section: page.id,
    title: section.title,
    headings: section.headingPath.slice(0, -1),
    // The author's summary stands nowhere in the text, and says what the page is about.
    text: isLead && page.description ? `${page.description}\n${section.text}` : section.text,
    code: section.code,
    stored: encodeJson(hit),
  };
}

function storedPage(page: Page): object {
  let end = 0;
  const sections = page.sections.map((section) => {
    const start = end;
    end += section.markdown.length;
    const { id, anchor, title, headingPath, url, level } = section;
    return { id, anchor, title, headingPath, url, level, start, end };
  });
  const { id, title, description, url, aliases, language, version } = page;
  const { translationKey, modifiedAt, revision, markdown } = page;
  return {
    ...{ id, title, description, url, aliases, language, version, translationKey },
    ...{ modifiedAt, revision, markdown, sections },
  };
}
