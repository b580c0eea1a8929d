import { DocportError } from "../../lib/errors.ts";
import type { ParsedDocument } from "../parsed-documents.ts";
import { ParsedDocuments } from "../parsed-documents.ts";
import { publicUrl } from "../site/page-url.ts";
import type { ContentFile, SiteLayout } from "../site/site-layout.ts";
import type { LoadOptions, Source, SourceItem } from "../source.ts";
import { DocumentCache } from "./document-cache.ts";
import type { FileFacts, FileTree, OpenFileTree } from "./file-tree.ts";
import { mapOrdered } from "./map-ordered.ts";
import { type AssemblerSettings, ownDateOf, PageAssembler } from "./page-assembler.ts";
import type { SourceLimits } from "./source-limits.ts";
import type { FolderListing } from "./walk-folder.ts";

export interface FolderSourceSettings {
  /** As the user wrote it. */
  readonly name: string;
  readonly openTree: OpenFileTree;
  readonly limits: SourceLimits;
  readonly assembler: Pick<AssemblerSettings, "version" | "versions" | "translationScope">;
  /** Tells the documents of this tree from those of others in one cache. Default "". */
  readonly scope?: string;
  /** Finds the files and the way they become pages: on each load anew, since folders change. */
  readonly survey: (tree: FileTree, signal: AbortSignal | undefined) => Promise<FolderSurvey>;
}

export interface FolderSurvey {
  readonly listing: FolderListing;
  readonly layout: SiteLayout;
}

/**
 * Documents in a tree of files, such as a folder. They are read a few at a time and come out in a stable order; one that
 * cannot be read becomes a problem. `load` throws ERR_SOURCE_EMPTY when no page came out.
 */
export class FolderSource implements Source {
  readonly name: string;
  readonly #settings: FolderSourceSettings;

  constructor(settings: FolderSourceSettings) {
    this.name = settings.name;
    this.#settings = settings;
  }

  async *load(options: LoadOptions = {}): AsyncGenerator<SourceItem, void, void> {
    const { signal, onProgress, parsed = new ParsedDocuments({ maxChars: 0 }) } = options;
    const { limits } = this.#settings;
    await using tree = await this.#settings.openTree(signal);
    const { listing, layout } = await this.#settings.survey(tree, signal);
    const files = layout.list(listing.paths);
    const assembler = new PageAssembler({ ...this.#settings.assembler, ...layout });
    for (const problem of listing.problems) yield { kind: "problem", problem };
    const documents = new DocumentCache(options.cache, this.#settings.scope ?? "");
    const read = (file: ContentFile): Promise<Outcome> => {
      signal?.throwIfAborted();
      return readContentFile(tree, file, limits, { documents, parsed });
    };
    let pagesRead = 0;
    let problems = listing.problems.length;
    for await (const outcome of mapOrdered(files, limits.maxConcurrency, read)) {
      signal?.throwIfAborted();
      pagesRead += 1;
      onProgress?.({ pagesRead, pagesExpected: files.length });
      const item = toItem(outcome, layout, assembler, tree.facts?.(outcome.file.path));
      if (item === undefined) continue;
      if (item.kind === "problem") problems += 1;
      yield item;
    }
    if (tree.facts) await documents.finish();
    if (assembler.pages === 0) throw emptyFolder(this.name, files.length, problems);
  }
}

type Outcome =
  | ({ readonly file: ContentFile } & ParsedDocument)
  | { readonly file: ContentFile; readonly failure: DocportError };

/** What need not be parsed: of earlier runs, and of earlier loads of this one. */
interface Memory {
  readonly documents: DocumentCache;
  readonly parsed: ParsedDocuments;
}

async function readContentFile(
  tree: FileTree,
  file: ContentFile,
  limits: SourceLimits,
  { documents, parsed }: Memory,
): Promise<Outcome> {
  try {
    const known = tree.facts?.(file.path)?.digest;
    const kept = known === undefined ? undefined : await documents.get(known, file.kind);
    if (known !== undefined && kept !== undefined) return { file, document: kept, digest: known };
    const bytes = await tree.read(file.path, limits.maxPageBytes);
    const { document, digest } = await parsed.read(bytes, file.kind);
    if (known !== undefined) await documents.put(known, file.kind, document);
    return { file, document, digest: known ?? digest };
  } catch (error) {
    if (error instanceof DocportError) return { file, failure: error };
    throw error;
  }
}

function toItem(
  outcome: Outcome,
  layout: SiteLayout,
  assembler: PageAssembler,
  facts: FileFacts | undefined,
): SourceItem | undefined {
  const { file } = outcome;
  if ("failure" in outcome) {
    return { kind: "problem", problem: { path: file.path, reason: outcome.failure.message } };
  }
  const { document, digest } = outcome;
  const place = layout.place(file, document.frontMatter);
  if (place === undefined) return undefined;
  const baseUrl = place.baseUrl ?? layout.baseUrl;
  return assembler.assemble(document, {
    path: file.path,
    publicPath: place.publicPath,
    aliases: place.aliasPaths.map((path) => publicUrl(baseUrl, path)),
    language: file.language,
    languageSegment: place.languageSegment,
    baseUrl: place.baseUrl,
    translationKey: file.isTranslated ? file.logicalPath || "index" : undefined,
    modifiedAt: ownDateOf(document) ?? facts?.modifiedAt,
    revision: facts?.revision,
    documentDigest: digest,
  });
}

function emptyFolder(name: string, files: number, problems: number): DocportError {
  if (files === 0) {
    return new DocportError(
      "ERR_SOURCE_EMPTY",
      `"${name}" holds no documentation that can be read.`,
      {
        hint: "Name the folder that the documentation is written in.",
      },
    );
  }
  const message = `None of the ${files} files in "${name}" became a page (${problems} could not be read, the rest are drafts or have no text).`;
  return new DocportError("ERR_SOURCE_EMPTY", message, {
    hint: "Look at the reasons given for single files.",
  });
}
