import { basename } from "node:path";
import { DocportError } from "../../lib/errors.ts";
import { type ReadDocument, readDocument } from "../read-document.ts";
import { sanitizePath } from "../site/hugo-urls.ts";
import { pageOfTwin } from "../site/markdown-twin.ts";
import { publicUrl, resolveUrl } from "../site/page-url.ts";
import { placeUrl } from "../site/url-place.ts";
import type { LoadOptions, Source, SourceItem } from "../source.ts";
import type { SourceSettings } from "./open-source.ts";
import { PageAssembler } from "./page-assembler.ts";
import type { SourceLimits } from "./source-limits.ts";
import { type FullPage, splitLlmsFull } from "./split-llms-full.ts";
import { withoutFrontMatter } from "./text-kind.ts";
import type { TextOrigin } from "./text-origin.ts";

/**
 * An `llms-full.txt`: all pages in one Markdown text. A page that names its URL has that; the
 * others share the URL of the text, and their ids are made from their titles.
 */
export class LlmsFullSource implements Source {
  readonly name: string;
  readonly #settings: SourceSettings;
  readonly #origin: TextOrigin;
  readonly #limits: SourceLimits;

  constructor(settings: SourceSettings, origin: TextOrigin, limits: SourceLimits) {
    this.name = settings.location;
    this.#settings = settings;
    this.#origin = origin;
    this.#limits = limits;
  }

  async *load(options: LoadOptions = {}): AsyncGenerator<SourceItem, void, void> {
    const { signal, onProgress } = options;
    const pages = splitLlmsFull(await this.#origin.text(signal));
    const { maxPages } = this.#limits;
    if (pages.length > maxPages) {
      throw new DocportError(
        "ERR_SOURCE_LIMIT",
        `"${this.name}" has ${pages.length} pages; at most ${maxPages} are read.`,
      );
    }
    const { location, defaultLanguage, version, versions } = this.#settings;
    const baseUrl =
      this.#settings.baseUrl ?? (this.#origin.isUrl ? new URL("./", location).href : undefined);
    const assembler = new PageAssembler({
      baseUrl,
      defaultLanguage: defaultLanguage?.toLowerCase() ?? "en",
      version,
      versions,
    });
    for (const [at, page] of pages.entries()) {
      signal?.throwIfAborted();
      onProgress?.({ pagesRead: at + 1, pagesExpected: pages.length });
      const item = this.#read(page, at + 1, baseUrl, assembler);
      if (item !== undefined) yield item;
    }
    if (assembler.pages === 0) {
      throw new DocportError("ERR_SOURCE_EMPTY", `"${this.name}" holds no page with text.`, {
        hint: "Check that it is the llms-full.txt and not an error page.",
      });
    }
  }

  #read(
    page: FullPage,
    position: number,
    baseUrl: string | undefined,
    assembler: PageAssembler,
  ): SourceItem | undefined {
    const path = page.url ?? `page ${position}${page.title === undefined ? "" : `: ${page.title}`}`;
    const bytes = Buffer.byteLength(page.markdown);
    if (bytes > this.#limits.maxPageBytes) {
      const reason = `The page has ${bytes} bytes; at most ${this.#limits.maxPageBytes} are read.`;
      return { kind: "problem", problem: { path, reason } };
    }
    let document: ReadDocument;
    try {
      document = readDocument(withoutFrontMatter(page.markdown), "markdown");
    } catch (error) {
      if (!(error instanceof DocportError)) throw error;
      return { kind: "problem", problem: { path, reason: error.message } };
    }
    const facts = { ...document, description: document.description ?? page.description };
    const url = page.url === undefined ? undefined : resolveUrl(pageOfTwin(page.url), baseUrl);
    const title = page.title ?? document.title;
    if (url === undefined) {
      return assembler.assemble(facts, {
        path,
        publicPath: slugOf(title ?? `page ${position}`),
        url: this.#origin.isUrl ? this.name : publicUrl(baseUrl, basename(this.name)),
        sharesUrl: true,
        aliases: [],
        language: undefined,
        title,
      });
    }
    const place = placeUrl(url, { baseUrl, languages: this.#settings.languages });
    return assembler.assemble(facts, {
      ...place,
      path,
      url,
      aliases: [],
      translationKey: place.language === undefined ? undefined : place.logicalPath,
      title: page.title,
    });
  }
}

function slugOf(title: string): string {
  return sanitizePath(title.replace(/[/\\#+~@]+/g, " ").trim());
}
