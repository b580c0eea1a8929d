import { languageTagOf, normalizeLanguage } from "./language-tag.ts";
import { publicPathOf } from "./page-url.ts";

/** What a page's URL alone tells of its place on the site. */
export interface UrlPlace {
  readonly publicPath: string;
  readonly language: string | undefined;
  readonly languageSegment: string | undefined;
  /** The path below the language's segment, without a slash at its end; `index` for its home. */
  readonly logicalPath: string;
}

export interface UrlPlaceSettings {
  readonly baseUrl: string | undefined;
  /** When given, only these count as languages of a path. */
  readonly languages: readonly string[] | undefined;
  /** The page's language, when something better than the path says it. */
  readonly language?: string | undefined;
}

/** Places a page by its URL. A first segment that is a language's tag (`/pt-br/...`) stands for it. */
export function placeUrl(url: string, settings: UrlPlaceSettings): UrlPlace {
  const publicPath = publicPathOf(url, settings.baseUrl);
  const segment = publicPath.split("/")[0] ?? "";
  const tag = normalizeLanguage(segment);
  const known = settings.languages?.map(normalizeLanguage) ?? [];
  const fromPath = known.length > 0 ? known.find((one) => one === tag) : languageTagOf(segment);
  const language =
    settings.language === undefined ? fromPath : normalizeLanguage(settings.language);
  const languageSegment = segment !== "" && tag === language ? segment : undefined;
  const below = languageSegment === undefined ? publicPath : publicPath.slice(segment.length + 1);
  return {
    publicPath,
    language,
    languageSegment,
    logicalPath: below.replace(/\/$/, "") || "index",
  };
}
