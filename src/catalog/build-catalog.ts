import { createHash } from "node:crypto";
import type { Page, Problem, Section } from "../corpus/page.ts";
import type { LoadProgress, Source } from "../corpus/source.ts";
import { DocportError } from "../lib/errors.ts";
import { IndexBuilder } from "../search/index-builder.ts";
import type { CatalogFacts } from "./catalog.ts";
import { packMetadata } from "./catalog-metadata.ts";
import { encodeJson, optional, type StoredHit, type StoredSummary } from "./stored-json.ts";

export interface CatalogSettings {
  /** Shown to people and to models as the name of the documentation. */
  readonly title: string;
  /** Public base URL of the documentation. */
  readonly baseUrl?: string;
  /** Order in which versions are listed; versions met in pages but not named here come after. */
  readonly versions?: readonly string[];
}

export interface BuildOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Called for each page that could not be read; the build goes on. */
  readonly onProblem?: (problem: Problem) => void;
  /** Milliseconds since the Unix epoch; becomes `CatalogFacts.builtAt`. */
  readonly now: number;
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
  const gathered = new Gathered();
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
      else addPage(builder, gathered, item.page);
    }
  }
  if (gathered.summaries.length === 0) {
    throw new DocportError(
      "ERR_SOURCE_EMPTY",
      `no page found in ${sources.map((source) => source.name).join(", ")}`,
      { hint: "Name a folder with .md, .mdx or .html files, a JSON export, or an llms.txt." },
    );
  }
  const facts = gathered.facts(settings, options.now);
  return builder.finish(
    packMetadata({ revision: gathered.revision(settings), facts }, gathered.summaries),
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

function addPage(builder: IndexBuilder, gathered: Gathered, given: Page): void {
  const page = gathered.withFreeId(given);
  const stored = encodeJson(storedPage(page));
  builder.addGroup({ id: page.id, stored });
  for (const section of page.sections) addSection(builder, page, section);
  gathered.add(page, stored);
}

function addSection(builder: IndexBuilder, page: Page, section: Section): void {
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
  builder.add({
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
  });
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

/** What is counted while pages pass by. */
class Gathered {
  readonly summaries: StoredSummary[] = [];
  #sectionCount = 0;
  readonly #ids = new Set<string>();
  readonly #languages = new Map<string, number>();
  readonly #topSections = new Map<string, number>();
  readonly #versions = new Set<string>();
  readonly #hash = createHash("sha256");

  /** Two sources may each have an `index`; the later one gets a number. */
  withFreeId(page: Page): Page {
    if (!this.#ids.has(page.id)) return page;
    let number = 2;
    while (this.#ids.has(`${page.id}~${number}`)) number++;
    const id = `${page.id}~${number}`;
    const sections = page.sections.map((section) => ({
      ...section,
      id: section.id.replace(page.id, () => id),
    }));
    return { ...page, id, sections };
  }

  add(page: Page, stored: Uint8Array): void {
    this.#ids.add(page.id);
    this.#hash.update(stored);
    this.#sectionCount += page.sections.length;
    count(this.#languages, page.language);
    count(this.#topSections, topSectionOf(page));
    if (page.version !== undefined) this.#versions.add(page.version);
    const { id, title, description, url, aliases, language } = page;
    this.summaries.push({
      ...{ id, title, url, aliases, language },
      ...optional("description", description),
      ...optional("version", page.version),
      ...optional("translationKey", page.translationKey),
      ...optional("modifiedAt", page.modifiedAt),
    });
  }

  /** Equal for equal pages and settings, whenever it was built. */
  revision(settings: CatalogSettings): string {
    return this.#hash.update(JSON.stringify(settings)).digest("hex").slice(0, 32);
  }

  facts(settings: CatalogSettings, now: number): CatalogFacts {
    const configured = settings.versions ?? [];
    const met = [...this.#versions].filter((one) => !configured.includes(one)).toSorted();
    return {
      title: settings.title,
      ...optional("baseUrl", settings.baseUrl),
      pageCount: this.summaries.length,
      sectionCount: this.#sectionCount,
      languages: ranked(this.#languages).map(([language, pageCount]) => ({ language, pageCount })),
      versions: [...configured.filter((one) => this.#versions.has(one)), ...met],
      topSections: ranked(this.#topSections)
        .slice(0, 30)
        .map(([section, pageCount]) => ({ section, pageCount })),
      builtAt: now,
    };
  }
}

/** First part of the id below the language: translations of one part are one part. */
function topSectionOf(page: Page): string {
  const parts = page.id.split("/");
  return (parts[0] === page.language && parts.length > 1 ? parts[1] : parts[0]) ?? page.id;
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function ranked(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
