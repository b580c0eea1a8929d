import { DocportError } from "../../lib/errors.ts";
import { readDocument } from "../read-document.ts";
import { normalizeLanguage } from "../site/language-tag.ts";
import { resolveUrl, withSlash } from "../site/page-url.ts";
import { placeUrl, type UrlPlace } from "../site/url-place.ts";
import { isValues, textAt, textsAt, timeAt, type Values, valueAt } from "../site/values.ts";
import type { LoadOptions, Source, SourceItem } from "../source.ts";
import { readJsonRecords } from "./json-records.ts";
import type { SourceSettings } from "./open-source.ts";
import { PageAssembler } from "./page-assembler.ts";
import type { SourceLimits } from "./source-limits.ts";
import { textKindOf, withoutFrontMatter } from "./text-kind.ts";
import type { TextOrigin } from "./text-origin.ts";

/**
 * A site's JSON export: a list of `{title, permalink, contents}`, read as a stream. `contents` may
 * be HTML, Markdown or plain text. Optional: `lang`, `description`, `date`, `lastmod`, `aliases`,
 * `translationKey`, `version`, `site` (the base URL), and `html` instead of `contents`.
 */
export class ExportSource implements Source {
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
    const { maxPageBytes, maxPages } = this.#limits;
    const resource = await this.#origin.open("application/json", signal);
    const reader = new RecordReader(this.#settings, this.#origin, this.#limits);
    // JSON writes a character in up to six bytes (`\u003c`), so a page may be longer there.
    const records = readJsonRecords(resource.chunks, { maxRecordBytes: maxPageBytes * 6 });
    let pagesRead = 0;
    for await (const record of records) {
      signal?.throwIfAborted();
      pagesRead += 1;
      if (pagesRead > maxPages) throw tooManyPages(this.name, maxPages);
      onProgress?.({ pagesRead });
      const item = reader.read(record, pagesRead);
      if (item !== undefined) yield item;
    }
    if (reader.pages > 0) return;
    const message = `None of the ${pagesRead} entries of "${this.name}" is a page with text.`;
    throw new DocportError("ERR_SOURCE_EMPTY", message, {
      hint: "Each entry needs permalink and contents; docs/guide/hugo.md has a template.",
    });
  }
}

interface Entry {
  readonly path: string;
  readonly url: string;
  readonly baseUrl: string | undefined;
  readonly contents: string;
  readonly isHtml: boolean;
}

class RecordReader {
  readonly #settings: SourceSettings;
  readonly #maxPageBytes: number;
  readonly #baseUrl: string | undefined;
  readonly #assembler: PageAssembler;

  constructor(settings: SourceSettings, origin: TextOrigin, limits: SourceLimits) {
    this.#settings = settings;
    this.#maxPageBytes = limits.maxPageBytes;
    // An export lies at its site's root, so its own URL tells where relative links start.
    this.#baseUrl =
      settings.baseUrl ?? (origin.isUrl ? new URL("./", origin.location).href : undefined);
    this.#assembler = new PageAssembler({
      baseUrl: this.#baseUrl,
      defaultLanguage: normalizeLanguage(settings.defaultLanguage ?? "en"),
      version: settings.version,
      versions: settings.versions,
    });
  }

  get pages(): number {
    return this.#assembler.pages;
  }

  /** @param position of the record in the export, from 1: names a record that names itself not */
  read(record: unknown, position: number): SourceItem | undefined {
    if (!isValues(record)) return problem(`entry ${position}`, "The entry is not an object.");
    const permalink = textAt(record, "permalink", "url", "relpermalink", "uri");
    const path = permalink ?? `entry ${position}`;
    const baseUrl = this.#baseUrlOf(record);
    const url = permalink === undefined ? undefined : resolveUrl(permalink, baseUrl);
    if (url === undefined) {
      const got = permalink === undefined ? "has none" : `has "${permalink}"`;
      return problem(path, `An entry needs an http(s) URL or a path as its permalink; it ${got}.`);
    }
    const html = textAt(record, "html");
    const contents =
      html ?? textAt(record, "contents", "content", "markdown", "body", "text") ?? "";
    const bytes = Buffer.byteLength(contents);
    if (bytes > this.#maxPageBytes) {
      return problem(path, `The page has ${bytes} bytes; at most ${this.#maxPageBytes} are read.`);
    }
    try {
      return this.#assemble(record, { path, url, baseUrl, contents, isHtml: html !== undefined });
    } catch (error) {
      if (error instanceof DocportError) return problem(path, error.message);
      throw error;
    }
  }

  /** What the user said, what the export says, or else where the export lies. */
  #baseUrlOf(record: Values): string | undefined {
    const site = textAt(record, "site");
    const said = site === undefined ? undefined : resolveUrl(site, undefined);
    return this.#settings.baseUrl ?? (said?.startsWith("http") ? said : this.#baseUrl);
  }

  #assemble(record: Values, entry: Entry): SourceItem | undefined {
    const { path, url, baseUrl, contents, isHtml } = entry;
    const document = readDocument(
      withoutFrontMatter(contents),
      isHtml ? "html" : textKindOf(contents),
    );
    const description = document.description ?? textAt(record, "description");
    const place = placeUrl(url, {
      baseUrl,
      languages: this.#settings.languages,
      language: textAt(record, "lang", "language", "locale"),
    });
    const version = textAt(record, "version");
    return this.#assembler.assemble(
      {
        ...document,
        description,
        frontMatter: version === undefined ? {} : { version },
      },
      {
        path,
        ...place,
        url,
        aliases: aliasesOf(record, url, baseUrl),
        translationKey: translationKeyOf(record, place),
        title: textAt(record, "title"),
        modifiedAt: timeAt(record, "lastmod", "modified", "updated", "date"),
      },
    );
  }
}

/** Below the base URL, or from the root when they repeat its path; beside the page without a slash. */
function aliasesOf(record: Values, url: string, baseUrl: string | undefined): readonly string[] {
  const root = baseUrl ?? rootOf(url);
  return textsAt(record, "aliases").flatMap((alias) => {
    const resolved = resolveUrl(...aliasFrom(alias, url, root));
    return resolved === undefined ? [] : [withFolderSlash(resolved)];
  });
}

function aliasFrom(
  alias: string,
  url: string,
  root: string | undefined,
): [string, string | undefined] {
  if (/^https?:/i.test(alias)) return [alias, undefined];
  if (!alias.startsWith("/")) {
    const beside = url.replace(/\/$/, "");
    const folder = beside.slice(0, beside.lastIndexOf("/") + 1);
    return root === undefined ? [folder + alias, undefined] : [alias, folder];
  }
  if (root === undefined || alias.startsWith(new URL(withSlash(root)).pathname))
    return [alias, root];
  return [alias.slice(1), root];
}

/**
 * The export's own key; made from the path when the export knows of no keys at all. An empty key
 * says that there is no translation.
 */
function translationKeyOf(record: Values, place: UrlPlace): string | undefined {
  if (valueAt(record, "translationKey") !== undefined) return textAt(record, "translationKey");
  return place.language === undefined ? undefined : place.logicalPath;
}

function rootOf(url: string): string | undefined {
  return url.startsWith("/") ? undefined : new URL("/", url).href;
}

function withFolderSlash(url: string): string {
  return /\.[^/.]+$/.test(url) || url.endsWith("/") ? url : `${url}/`;
}

function problem(path: string, reason: string): SourceItem {
  return { kind: "problem", problem: { path, reason } };
}

function tooManyPages(name: string, maxPages: number): DocportError {
  return new DocportError("ERR_SOURCE_LIMIT", `"${name}" has more than ${maxPages} pages.`, {
    hint: "Split the export, or raise the limit of pages.",
  });
}
