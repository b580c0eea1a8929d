import { cleanLine } from "./clean-text.ts";
import type { CorpusDescription } from "./corpus-description.ts";
import { listed } from "./corpus-description.ts";
import { matchSource } from "./sources.ts";

/** The filters of a search as the catalog takes them, and what the caller should know about them. */
export interface SearchFilters {
  readonly language?: string;
  readonly version?: string;
  /** With the source before it, where one was named. */
  readonly section?: string;
  /** One of several documentations; nothing is looked for elsewhere. */
  readonly source?: string;
  readonly notices: readonly string[];
}

/**
 * Holds the caller's filters against what the corpus has. A value that it does not have is dropped
 * and named, with the values that exist: silence would read as "not documented".
 */
export function resolveFilters(
  given: {
    readonly language?: string;
    readonly version?: string;
    readonly section?: string;
    readonly source?: string;
  },
  corpus: CorpusDescription,
): SearchFilters {
  const notices: string[] = [];
  const language = pick(given.language, (value) => matchLanguage(value, corpus.languages));
  if (given.language !== undefined && language === undefined) {
    notices.push(missing("language", given.language, corpus.languages));
  }
  const version = pick(given.version, (value) => matchVersion(value, corpus.versions));
  if (given.version !== undefined && version === undefined) {
    notices.push(missing("version", given.version, corpus.versions));
  }
  const source = pick(given.source, (value) => matchSource(value, corpus));
  if (given.source !== undefined && source === undefined) {
    notices.push(missing("source", given.source, corpus.sources));
  }
  const part = given.section?.replace(/^\/+|(?<!\/)\/+$/g, "");
  const section = source === undefined ? part : withinSource(source, part);
  return {
    ...(language === undefined ? {} : { language }),
    ...(version === undefined ? {} : { version }),
    ...(section ? { section } : {}),
    ...(source === undefined ? {} : { source }),
    notices,
  };
}

function withinSource(source: string, section: string | undefined): string {
  if (!section) return source;
  return `${section}/`.startsWith(`${source}/`) ? section : `${source}/${section}`;
}

/** Why a search with filters found nothing, and what there is instead. */
export function emptyFilterNotice(filters: SearchFilters, corpus: CorpusDescription): string {
  const parts = [
    filters.version === undefined ? "" : `version ${JSON.stringify(filters.version)}`,
    filters.section === undefined
      ? ""
      : `section ${JSON.stringify(cleanLine(filters.section, 60))}`,
  ];
  const where = filters.source === undefined ? "everywhere" : `everywhere in ${filters.source}`;
  const sections =
    filters.section !== undefined && corpus.sections.length > 0
      ? ` Sections: ${listed(corpus.sections, 12)}.`
      : "";
  return `Nothing found in ${parts.filter(Boolean).join(", ")}; these results are from ${where}.${sections}`;
}

/** Exactly, without region (`en-US` is `en`), or with one (`pt` is `pt-br`). */
function matchLanguage(value: string, languages: readonly string[]): string | undefined {
  const wanted = value.toLowerCase().replace(/_/g, "-");
  const primary = wanted.split("-")[0];
  return (
    languages.find((one) => one.toLowerCase() === wanted) ??
    languages.find((one) => one.toLowerCase() === primary) ??
    languages.find((one) => one.toLowerCase().split("-")[0] === primary)
  );
}

function matchVersion(value: string, versions: readonly string[]): string | undefined {
  const bare = (version: string): string => version.toLowerCase().replace(/^v(?=\d)/, "");
  return versions.find((one) => one === value) ?? versions.find((one) => bare(one) === bare(value));
}

function missing(name: string, value: string, values: readonly string[]): string {
  const there = values.length === 0 ? "none are marked" : listed(values, 40);
  return `No page has ${name} ${JSON.stringify(cleanLine(value, 40))} (there: ${there}); searched without it.`;
}

function pick(
  value: string | undefined,
  match: (value: string) => string | undefined,
): string | undefined {
  return value === undefined ? undefined : match(value);
}
