import { de } from "./messages/de.ts";
import { en } from "./messages/en.ts";
import { es } from "./messages/es.ts";
import { fr } from "./messages/fr.ts";
import { it } from "./messages/it.ts";

/** Languages that the page itself speaks, as opposed to those of the documentation. */
export type PageLanguage = "en" | "es" | "de" | "fr" | "it";

/**
 * The words of the page in one language. Plain text, no markup; what varies is a parameter. Text
 * between backquotes is shown as code.
 */
export interface Messages {
  readonly code: PageLanguage;
  /** The language's own name. */
  readonly languageName: string;
  readonly skipToContent: string;
  readonly pageLanguage: string;
  readonly tagline: string;
  /** `count` is already written in the language's own way. */
  readonly pages: (count: string, isOne: boolean) => string;
  readonly sections: (count: string, isOne: boolean) => string;
  readonly versions: (list: string) => string;

  readonly searchLabel: string;
  readonly searchPlaceholder: string;
  readonly searchButton: string;
  readonly searchHint: string;
  readonly resultsHeading: string;
  readonly resultCount: (count: number) => string;
  readonly noResults: string;
  readonly onlyClosest: string;
  /** That the meaning of the query was left out, where it is searched by meaning too. */
  readonly byWordsOnly: string;
  readonly corrected: (query: string) => string;
  readonly searchFailed: string;
  readonly foundIn: string;
  /** Names of the index's fields. */
  readonly fields: Readonly<Record<"title" | "headings" | "text" | "code", string>>;

  readonly connectHeading: string;
  readonly connectIntro: string;
  /** What a caller needs where the documentation is private. */
  readonly privateByOauth: string;
  readonly privateByKeys: string;
  readonly privateByBoth: string;
  /** In place of the last of `chatgptSteps`. */
  readonly chatgptOauthStep: string;
  readonly needsOauth: string;
  readonly addressLabel: string;
  readonly copy: string;
  readonly copied: string;
  readonly copyFailed: string;
  readonly needsPublic: string;
  readonly addTo: (client: string) => string;
  readonly orCommand: string;
  readonly runCommand: string;
  readonly orRead: string;
  readonly claudeNote: string;
  readonly chatgptSteps: readonly string[];
  readonly chatgptNote: string;
  readonly geminiSteps: readonly string[];
  readonly geminiNote: string;
  readonly otherClients: string;
  readonly otherNote: string;

  readonly toolsHeading: string;
  readonly toolsIntro: string;
  readonly searchTool: string;
  readonly fetchTool: string;
  readonly call: string;
  readonly answer: string;
  readonly noAnswer: string;

  readonly statusHeading: string;
  readonly index: string;
  readonly builtAt: (date: string) => string;
  readonly certificate: string;
  readonly certificateOfProxy: string;
  readonly noCertificate: string;
  readonly forAssistants: string;
  readonly allPages: string;
  readonly everything: string;
}

export const MESSAGES: Readonly<Record<PageLanguage, Messages>> = { en, es, de, fr, it };

export const PAGE_LANGUAGES: readonly PageLanguage[] = ["en", "es", "de", "fr", "it"];

/**
 * The language to answer in: `?lang` when it is one of ours, then the best of Accept-Language
 * (RFC 9110, section 12.5.4), then English.
 */
export function choosePageLanguage(
  asked: string | null,
  acceptLanguage: string | null,
): PageLanguage {
  const wanted = [
    ...(asked === null ? [] : [asked]),
    ...(acceptLanguage ?? "")
      .slice(0, 500)
      .split(",")
      .map((part) => {
        const [tag = "", ...parameters] = part.split(";");
        const quality = /^\s*q=([\d.]+)\s*$/.exec(parameters[0] ?? "")?.[1];
        return { tag: tag.trim(), quality: quality === undefined ? 1 : Number(quality) };
      })
      .filter(({ quality }) => quality > 0)
      .toSorted((a, b) => b.quality - a.quality)
      .map(({ tag }) => tag),
  ];
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split(/[-_]/, 1)[0];
    const found = PAGE_LANGUAGES.find((language) => language === primary);
    if (found) return found;
  }
  return "en";
}
