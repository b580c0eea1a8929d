import { DocportError } from "../../lib/errors.ts";
import { readDocument } from "../read-document.ts";
import { normalizeLanguage } from "../site/language-tag.ts";
import { resolveUrl } from "../site/page-url.ts";
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
 * `translationKey`, `version`, and `html` instead of `contents`.
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
    const url = permalink === undefined ? undefined : resolveUrl(permalink, this.#baseUrl);
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
      return this.#assemble(record, path, url, contents, html !== undefined);
    } catch (error) {
      if (error instanceof DocportError) return problem(path, error.message);
      throw error;
    }
  }

  #assemble(
    record: Values,
    path: string,
    url: string,
    contents: string,
    isHtml: boolean,
  ): SourceItem | undefined {
    const document = readDocument(
      withoutFrontMatter(contents),
      isHtml ? "html" : textKindOf(contents),
    );
    const description = document.description ?? textAt(record, "description");
    const place = placeUrl(url, {
      baseUrl: this.#baseUrl,
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
        aliases: this.#aliasesOf(record, url),
        translationKey: translationKeyOf(record, place),
        title: textAt(record, "title"),
        modifiedAt: timeAt(record, "lastmod", "modified", "updated", "date"),
      },
    );
  }

  /** Hugo resolves an alias against the site's root or beside the page. */
  #aliasesOf(record: Values, url: string): readonly string[] {
    return textsAt(record, "aliases").flatMap((alias) => {
      const isRelative = !alias.startsWith("/") && !/^https?:/i.test(alias);
      const beside = isRelative ? parentUrl(url) : (this.#baseUrl ?? rootOf(url));
      const resolved = resolveUrl(isRelative ? alias : alias.replace(/^\/+/, ""), beside);
      return resolved === undefined ? [] : [withFolderSlash(resolved)];
    });
  }
}

/**
 * The export's own key; made from the path when the export knows of no keys at all. An empty key
 * says that there is no translation.
 */
function translationKeyOf(record: Values, place: UrlPlace): string | undefined {
  if (valueAt(record, "translationKey") !== undefined) return textAt(record, "translationKey");
  return place.language === undefined ? undefined : place.logicalPath;
}

function parentUrl(url: string): string | undefined {
  const path = url.replace(/\/$/, "");
  return resolvable(path.slice(0, path.lastIndexOf("/") + 1));
}

function rootOf(url: string): string | undefined {
  return url.startsWith("/") ? undefined : new URL("/", url).href;
}

/** Root-relative URLs have no base that `URL` takes. */
function resolvable(base: string): string | undefined {
  return base.startsWith("/") ? undefined : base;
}

function withFolderSlash(url: string): string {
  return /\/[^/]*\.[^/]+$/.test(url) || url.endsWith("/") ? url : `${url}/`;
}

function problem(path: string, reason: string): SourceItem {
  return { kind: "problem", problem: { path, reason } };
}

function tooManyPages(name: string, maxPages: number): DocportError {
  return new DocportError("ERR_SOURCE_LIMIT", `"${name}" has more than ${maxPages} pages.`, {
    hint: "Split the export, or raise the limit of pages.",
  });
}
