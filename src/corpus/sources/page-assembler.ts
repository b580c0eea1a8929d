import { createHash } from "node:crypto";
import type { Page } from "../page.ts";
import { placePage, type ReadDocument } from "../read-document.ts";
import { normalizeLanguage } from "../site/language-tag.ts";
import { PageIds, pageIdOf } from "../site/page-id.ts";
import { publicUrl } from "../site/page-url.ts";
import { versionOf } from "../site/page-version.ts";
import { textAt, timeAt } from "../site/values.ts";
import type { SourceItem } from "../source.ts";

/** What all pages of a source have in common. */
export interface AssemblerSettings {
  readonly baseUrl: string | undefined;
  readonly defaultLanguage: string;
  readonly versions?: readonly string[] | undefined;
  /** The version of pages whose path names none. */
  readonly version?: string | undefined;
  /** Translations are found within one scope: another version's page is no translation. */
  readonly translationScope?: string | undefined;
}

/** What a source knows of one page besides its document. */
export interface PageFacts {
  /** For messages: path below the source, or URL. */
  readonly path: string;
  readonly publicPath: string;
  /** Given when `publicPath` below the base URL is not the page's address. */
  readonly url?: string | undefined;
  readonly aliases: readonly string[];
  readonly language: string | undefined;
  readonly languageSegment?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly translationKey?: string | undefined;
  /** Wins over the document's own. */
  readonly title?: string | undefined;
  readonly modifiedAt?: number | undefined;
  readonly revision?: string | undefined;
  /** Equal for equal documents; with it the page gets a fingerprint. */
  readonly documentDigest?: string | undefined;
  /** Several pages may share a URL: parts of one text file that name no URLs of their own. */
  readonly sharesUrl?: boolean;
}

/**
 * Makes the pages of one source out of documents, with ids and URLs that occur once. A page that
 * has no words of its own (a stub of a translation, a section's list of links made by a template)
 * is left out without a word: it would rank by its title and answer with nothing.
 */
export class PageAssembler {
  readonly #settings: AssemblerSettings;
  readonly #ids = new PageIds();
  /** Path of the page that has the URL. */
  readonly #pathsByUrl = new Map<string, string>();
  #pages = 0;

  constructor(settings: AssemblerSettings) {
    this.#settings = settings;
  }

  /** How many pages came out so far. */
  get pages(): number {
    return this.#pages;
  }

  assemble(document: ReadDocument, facts: PageFacts): SourceItem | undefined {
    if (document.sections.every(({ text, code }) => text.trim() === "" && code.trim() === "")) {
      return undefined;
    }
    const { defaultLanguage, version, versions } = this.#settings;
    const baseUrl = facts.baseUrl ?? this.#settings.baseUrl;
    const url = facts.url ?? publicUrl(baseUrl, facts.publicPath);
    const first = facts.sharesUrl === true ? undefined : this.#pathsByUrl.get(url);
    if (first !== undefined) {
      const reason = `The page has the same URL as ${first}: ${url}. Only the first is served.`;
      return { kind: "problem", problem: { path: facts.path, reason } };
    }
    this.#pathsByUrl.set(url, facts.path);
    const { frontMatter } = document;
    const language = normalizeLanguage(facts.language ?? document.language ?? defaultLanguage);
    const { languageSegment } = facts;
    const below =
      languageSegment !== undefined && facts.publicPath.startsWith(`${languageSegment}/`)
        ? facts.publicPath.slice(languageSegment.length + 1)
        : facts.publicPath;
    const ownVersion = textAt(frontMatter, "version") ?? versionOf(below, versions) ?? version;
    const modifiedAt = facts.modifiedAt ?? ownDateOf(document);
    const title = facts.title ?? (document.title === undefined ? titleFrom(below) : undefined);
    const ownKey = textAt(frontMatter, "translationKey") ?? facts.translationKey;
    const { translationScope } = this.#settings;
    const translationKey =
      ownKey === undefined || translationScope === undefined
        ? ownKey
        : `${translationScope}:${ownKey}`;
    this.#pages += 1;
    const page = placePage(document, {
      id: this.#ids.claim(
        pageIdOf(facts.publicPath, { language, defaultLanguage, languageSegment }),
      ),
      url,
      aliases: facts.aliases,
      language,
      path: facts.path,
      ...(ownVersion !== undefined && { version: ownVersion }),
      ...(translationKey !== undefined && { translationKey }),
      ...(modifiedAt !== undefined && { modifiedAt }),
      ...(facts.revision !== undefined && { revision: facts.revision }),
      ...(title !== undefined && { title }),
    });
    if (facts.documentDigest === undefined) return { kind: "page", page };
    return { kind: "page", page, fingerprint: fingerprintOf(page, facts.documentDigest) };
  }
}

/** The date that a document says of itself, in milliseconds since the epoch. */
export function ownDateOf({ frontMatter }: ReadDocument): number | undefined {
  return timeAt(frontMatter, "lastmod", "last_modified_at", "updated", "date");
}

/** Over the document as it was written, and all that the place adds to it. */
function fingerprintOf(page: Page, documentDigest: string): string {
  const place = { ...page, markdown: "", sections: [] };
  return createHash("sha256")
    .update(JSON.stringify([documentDigest, place]))
    .digest("base64url");
}

/** `docs/rate-limits/` -> `Rate limits`, for a page that names itself nowhere. */
function titleFrom(publicPath: string): string {
  const last = publicPath.replace(/\/$/, "").split("/").at(-1) ?? "";
  const words = last
    .replace(/\.html?$/, "")
    .replace(/[-_]+/g, " ")
    .trim();
  return words === "" ? "Home" : words.charAt(0).toUpperCase() + words.slice(1);
}
