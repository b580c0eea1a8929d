import { realpath } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { DocportError, messageOf } from "../../lib/errors.ts";
import type { Problem } from "../page.ts";
import { type DocumentKind, readDocument } from "../read-document.ts";
import { pageOfTwin, twinOfPage } from "../site/markdown-twin.ts";
import { publicUrl, withSlash } from "../site/page-url.ts";
import { documentKindOf } from "../site/site-layout.ts";
import { placeUrl } from "../site/url-place.ts";
import type { LoadOptions, Source, SourceItem } from "../source.ts";
import { bytesOf, type Resource } from "./fetch-resource.ts";
import { type LlmsLink, llmsLinks } from "./llms-links.ts";
import { mapOrdered } from "./map-ordered.ts";
import type { SourceSettings } from "./open-source.ts";
import { PageAssembler } from "./page-assembler.ts";
import { decodeUtf8, readFileBytes } from "./read-text.ts";
import type { SourceLimits } from "./source-limits.ts";
import type { TextOrigin } from "./text-origin.ts";

const ACCEPT = "text/markdown, text/plain;q=0.9, text/html;q=0.8";

/** After so many pages in a row without a Markdown twin, the site is taken to have none. */
const TWIN_PATIENCE = 3;

/** A page that the list links to: behind a URL, or in a file beside the list. */
type Target = { readonly link: LlmsLink } & (
  | { readonly url: string }
  | { readonly file: string; readonly path: string }
);

interface Content {
  readonly text: string;
  readonly kind: DocumentKind;
  readonly url: string;
  readonly resource: Resource | undefined;
}

/**
 * An `llms.txt` and the pages that it links to on its own site. Links to other sites are left
 * alone. A list in a file may link to files beside it; its absolute links are followed only below
 * `baseUrl`, because a file has no site of its own.
 */
export class LlmsSource implements Source {
  readonly name: string;
  readonly #settings: SourceSettings;
  readonly #origin: TextOrigin;
  readonly #limits: SourceLimits;
  /** Pages in a row that had no twin; -1 once one had. */
  #twinsMissed = 0;

  constructor(settings: SourceSettings, origin: TextOrigin, limits: SourceLimits) {
    this.name = settings.location;
    this.#settings = settings;
    this.#origin = origin;
    this.#limits = limits;
  }

  async *load(options: LoadOptions = {}): AsyncGenerator<SourceItem, void, void> {
    const { signal, onProgress } = options;
    const { defaultLanguage, version, versions } = this.#settings;
    const problems: Problem[] = [];
    const targets = await this.#collect(problems, signal);
    for (const problem of problems) yield { kind: "problem", problem };
    if (targets.length === 0) throw this.#nothingToRead();
    const baseUrl = this.#baseUrl();
    const assembler = new PageAssembler({
      baseUrl,
      defaultLanguage: defaultLanguage?.toLowerCase() ?? "en",
      version,
      versions,
    });
    const read = async (target: Target): Promise<SourceItem | (() => SourceItem | undefined)> => {
      signal?.throwIfAborted();
      try {
        const content = await this.#read(target, signal);
        return () => this.#assemble(content, target, assembler);
      } catch (error) {
        if (!(error instanceof DocportError)) throw error;
        return { kind: "problem", problem: { path: pathOf(target), reason: error.message } };
      }
    };
    let pagesRead = 0;
    for await (const result of mapOrdered(targets, this.#limits.maxConcurrency, read)) {
      signal?.throwIfAborted();
      pagesRead += 1;
      onProgress?.({ pagesRead, pagesExpected: targets.length });
      const item = typeof result === "function" ? result() : result;
      if (item !== undefined) yield item;
    }
    if (assembler.pages === 0) {
      throw new DocportError(
        "ERR_SOURCE_EMPTY",
        `None of the ${targets.length} pages that "${this.name}" links to could be read.`,
        { hint: "Look at the reasons given for single pages." },
      );
    }
  }

  #baseUrl(): string | undefined {
    const { baseUrl, location } = this.#settings;
    return baseUrl ?? (this.#origin.isUrl ? new URL("./", location).href : undefined);
  }

  /** Where links may lead: the site that the user named. */
  #site(): string | undefined {
    const named = this.#origin.isUrl ? this.#settings.location : this.#settings.baseUrl;
    return named === undefined ? undefined : new URL(named).origin;
  }

  /** All targets of the list and of the lists that it links to, each once, in their order. */
  async #collect(problems: Problem[], signal: AbortSignal | undefined): Promise<readonly Target[]> {
    const targets = new Map<string, Target>();
    const collect = async (
      text: string,
      base: string | undefined,
      depth: number,
    ): Promise<void> => {
      for (const link of llmsLinks(text)) {
        const target = this.#targetOf(link, base);
        if (target === undefined) continue;
        const path = pathOf(target);
        if (targets.has(path) || lists.has(path) || /\/llms-full[^/]*\.txt$/i.test(path)) continue;
        if ("url" in target && /\/llms\.txt$/i.test(new URL(target.url).pathname)) {
          lists.add(path);
          if (depth >= this.#limits.maxLinkDepth) continue;
          const nested = await this.#list(target.url, problems, signal);
          if (nested !== undefined) await collect(nested, target.url, depth + 1);
          continue;
        }
        targets.set(path, target);
        if (targets.size > this.#limits.maxLinks) throw this.#tooManyLinks();
      }
    };
    const lists = new Set<string>(this.#origin.isUrl ? [this.name] : []);
    const text = await this.#origin.text(signal);
    const { baseUrl } = this.#settings;
    const base = this.#origin.isUrl ? this.name : baseUrl && withSlash(baseUrl);
    await collect(text, base, 0);
    return [...targets.values()];
  }

  async #list(
    url: string,
    problems: Problem[],
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    try {
      const resource = await this.#origin.fetch(url, ACCEPT, signal);
      return decodeUtf8(await bytesOf(resource, this.#limits.maxTextBytes));
    } catch (error) {
      if (!(error instanceof DocportError)) throw error;
      problems.push({ path: url, reason: error.message });
      return undefined;
    }
  }

  #targetOf(link: LlmsLink, base: string | undefined): Target | undefined {
    const isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(link.url);
    const { filePath } = this.#origin;
    if (filePath !== undefined && !isAbsolute && documentKindOf(link.url) !== undefined) {
      const folder = dirname(filePath);
      const file = resolve(folder, `.${sep}${link.url.split(/[?#]/, 1)[0] ?? ""}`);
      return { link, file, path: relative(folder, file).split(sep).join("/") };
    }
    if (!URL.canParse(link.url, base)) return undefined;
    const url = new URL(link.url, base);
    url.hash = "";
    return url.origin === this.#site() ? { link, url: url.href } : undefined;
  }

  async #read(target: Target, signal: AbortSignal | undefined): Promise<Content> {
    if ("file" in target) return this.#readFile(target.file, target.path);
    const resource = await this.#origin.fetch(target.url, ACCEPT, signal);
    const kind = kindOfType(resource);
    if (kind !== "html") return this.#contentOf(resource, kind, pageOfTwin(resource.url));
    const twin = await this.#twinOf(resource.url, signal);
    if (twin === undefined) return this.#contentOf(resource, kind, resource.url);
    for await (const _ of resource.chunks) break;
    return this.#contentOf(twin, "markdown", resource.url);
  }

  async #twinOf(url: string, signal: AbortSignal | undefined): Promise<Resource | undefined> {
    const twinUrl = twinOfPage(url);
    if (twinUrl === undefined || this.#twinsMissed >= TWIN_PATIENCE) return undefined;
    try {
      const twin = await this.#origin.fetch(twinUrl, ACCEPT, signal);
      if (kindOfType(twin) === "markdown") {
        this.#twinsMissed = -1;
        return twin;
      }
      for await (const _ of twin.chunks) break;
    } catch (error) {
      if (!(error instanceof DocportError)) throw error;
    }
    if (this.#twinsMissed >= 0) this.#twinsMissed += 1;
    return undefined;
  }

  async #contentOf(resource: Resource, kind: DocumentKind, url: string): Promise<Content> {
    const bytes = await bytesOf(resource, this.#limits.maxPageBytes);
    return { text: decodeUtf8(bytes), kind, url, resource };
  }

  /** A file beside the list, inside its folder even when links are followed. */
  async #readFile(file: string, path: string): Promise<Content> {
    const folder = dirname(this.#origin.filePath ?? file);
    let real: string;
    try {
      real = await realpath(file);
      if (!real.startsWith((await realpath(folder)) + sep))
        throw new Error("it is outside the folder");
    } catch (cause) {
      const reason = `The file that "${this.name}" links to cannot be read: ${messageOf(cause)}`;
      throw new DocportError("ERR_PAGE_UNREADABLE", reason, { cause });
    }
    const text = decodeUtf8(await readFileBytes(real, this.#limits.maxPageBytes));
    const url = publicUrl(this.#settings.baseUrl, pageOfTwin(path));
    return { text, kind: documentKindOf(path) ?? "markdown", url, resource: undefined };
  }

  #assemble(content: Content, target: Target, assembler: PageAssembler): SourceItem | undefined {
    const { link } = target;
    const path = pathOf(target);
    let document: ReturnType<typeof readDocument>;
    try {
      document = readDocument(content.text, content.kind);
    } catch (error) {
      if (!(error instanceof DocportError)) throw error;
      return { kind: "problem", problem: { path, reason: error.message } };
    }
    const place = placeUrl(content.url, {
      baseUrl: this.#baseUrl(),
      languages: this.#settings.languages,
    });
    const title = document.title ?? (link.title === "" ? undefined : link.title);
    return assembler.assemble(
      { ...document, description: document.description ?? link.description },
      {
        ...place,
        path,
        url: content.url,
        aliases: "url" in target && target.url !== content.url ? [target.url] : [],
        translationKey: place.language === undefined ? undefined : place.logicalPath,
        title,
        modifiedAt: content.resource?.modifiedAt,
        revision: content.resource?.etag,
      },
    );
  }

  #nothingToRead(): DocportError {
    const site = this.#site();
    const message =
      site === undefined
        ? `"${this.name}" links to no file beside it, and a file has no site whose links to follow.`
        : `"${this.name}" links to nothing on ${site}.`;
    return new DocportError("ERR_SOURCE_EMPTY", message, {
      hint: "Give the base URL of the site that the links lead to, or serve its llms-full.txt.",
    });
  }

  #tooManyLinks(): DocportError {
    return new DocportError(
      "ERR_SOURCE_LIMIT",
      `"${this.name}" links to more than ${this.#limits.maxLinks} pages.`,
      { hint: "Serve the llms-full.txt of the site instead, or raise the limit of links." },
    );
  }
}

function pathOf(target: Target): string {
  return "url" in target ? target.url : target.path;
}

/** Throws ERR_SOURCE_FETCH for what is no text. */
function kindOfType({ contentType, url }: Resource): DocumentKind {
  if (contentType === "text/html" || contentType === "application/xhtml+xml") return "html";
  if (contentType === "" || contentType.startsWith("text/")) {
    return /\.mdx(?:$|[?#])/i.test(url) ? "mdx" : "markdown";
  }
  throw new DocportError(
    "ERR_SOURCE_FETCH",
    `${url} is ${contentType}; expected Markdown, plain text or HTML.`,
  );
}
