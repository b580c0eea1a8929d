import { parseHttpDate } from "../../lib/retry-after.ts";
import { normalizeLanguage } from "../site/language-tag.ts";
import { publicUrl } from "../site/page-url.ts";
import { placeUrl } from "../site/url-place.ts";
import { timeAt } from "../site/values.ts";
import type { PageFacts } from "../sources/page-assembler.ts";
import type { StoredPage } from "./page-store.ts";

export interface SitePlaceSettings {
  /** The URL that all pages of the source are below. */
  readonly siteBase: string;
  /** Where they are published, when that is elsewhere. */
  readonly baseUrl: string | undefined;
  readonly languages: readonly string[] | undefined;
}

/** What a site says of a page's place: its address, its language, its translations and its age. */
export function placeSitePage(
  page: StoredPage,
  aliases: readonly string[],
  settings: SitePlaceSettings,
): PageFacts {
  const { siteBase, baseUrl, languages } = settings;
  const published = (url: string): string => {
    if (baseUrl === undefined) return url;
    const { search } = new URL(url);
    return publicUrl(baseUrl, placeUrl(url, { baseUrl: siteBase, languages }).publicPath) + search;
  };
  const own = page.alternates.find(({ url, language }) => url === page.url && !isDefault(language));
  const place = placeUrl(page.url, {
    baseUrl: siteBase,
    languages,
    language: own?.language ?? languageIn(page.document?.language),
  });
  const { search } = new URL(page.url);
  return {
    ...place,
    // Two pages of one path differ in their queries, and so must their ids.
    publicPath: search === "" ? place.publicPath : `${place.publicPath}${search}`,
    path: page.url,
    url: published(page.url),
    aliases: aliases.map(published),
    translationKey:
      translationKeyOf(page) ?? (place.language === undefined ? undefined : place.logicalPath),
    modifiedAt: modifiedAtOf(page),
    revision: page.etag,
    documentDigest: `${page.digest}:${page.version}`,
  };
}

/** The same for all translations: where the default is, or the first of their URLs. */
function translationKeyOf({ alternates, url }: StoredPage): string | undefined {
  if (new Set(alternates.map((one) => one.url)).size < 2) return undefined;
  const main = alternates.find(({ language }) => isDefault(language))?.url;
  return main ?? [url, ...alternates.map((one) => one.url)].toSorted()[0];
}

const isDefault = (language: string): boolean => language.toLowerCase() === "x-default";

/** A `lang` attribute may hold anything. */
function languageIn(written: string | undefined): string | undefined {
  const tag = normalizeLanguage(written ?? "");
  return /^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$/.test(tag) ? tag : undefined;
}

function modifiedAtOf({ lastmod, lastModified, document }: StoredPage): number | undefined {
  const own = document && timeAt(document.frontMatter, "lastmod", "updated", "date");
  return own ?? timeAt({ lastmod }, "lastmod") ?? parseHttpDate(lastModified);
}
