import type { SourceKind } from "../corpus/sources/detect-kind.ts";
import { type Setting, setting } from "./setting.ts";
import {
  byteSize,
  filePath,
  languageTag,
  listOf,
  siteUrl,
  text,
  toggle,
  wholeNumber,
} from "./setting-types.ts";
import { type SourceConfig, sourceKind, sourceList } from "./source-list.ts";

/** What is read, and as what. */
export interface SourceSettings {
  /** In the order in which their pages are listed. */
  readonly sources: readonly SourceConfig[];
  /** Kind of the sources that do not name theirs; undefined: it is detected. */
  readonly kind: SourceKind | undefined;
  /** Name of the documentation; undefined: made from the sources. */
  readonly title: string | undefined;
  /** URL under which the pages are public; ends in a slash. */
  readonly baseUrl: string | undefined;
  /** Languages to look for in paths; empty: those that are met. */
  readonly languages: readonly string[];
  /** Language of pages that do not say theirs. */
  readonly defaultLanguage: string | undefined;
  /** Versions to look for in paths, newest first; empty: none. */
  readonly versions: readonly string[];
  /** A page that cannot be read ends the start. */
  readonly strict: boolean;
  /** Most pages read from one source. */
  readonly maxPages: number;
  /** Larger pages are left out and reported. */
  readonly maxPageBytes: number;
  /** Folder of what was fetched from websites and repositories. */
  readonly cache: string;
}

export const sourceSettings: { readonly [K in keyof SourceSettings]: Setting<SourceSettings[K]> } =
  {
    sources: setting("sources", {
      group: "sources",
      type: sourceList,
      fallback: [],
      isPositional: true,
      doc: "Where the documentation is: folders, files or URLs.",
    }),
    kind: setting("kind", {
      group: "sources",
      type: sourceKind,
      fallback: undefined,
      defaultText: "detected",
      doc: "Read the sources as this kind: folder, hugo, export, llms, llms-full, website, git, archive or file.",
    }),
    title: setting("title", {
      group: "sources",
      type: text("TEXT"),
      fallback: undefined,
      defaultText: "made from the sources",
      doc: "Name of the documentation, as assistants see it.",
    }),
    baseUrl: setting("baseUrl", {
      group: "sources",
      type: siteUrl,
      fallback: undefined,
      doc: "URL of the public site; links in answers start with it.",
    }),
    languages: setting("languages", {
      group: "sources",
      type: listOf(languageTag),
      fallback: [],
      defaultText: "those that are met",
      doc: "Languages of the documentation, as they stand in its paths.",
    }),
    defaultLanguage: setting("defaultLanguage", {
      group: "sources",
      type: languageTag,
      fallback: undefined,
      defaultText: "that of most pages; en",
      doc: "Language of pages that do not say theirs.",
    }),
    versions: setting("versions", {
      group: "sources",
      type: listOf(text("VERSION")),
      fallback: [],
      doc: "Versions of the documentation, as they stand in its paths, newest first.",
    }),
    strict: setting("strict", {
      group: "sources",
      type: toggle,
      fallback: false,
      doc: "Stop with an error when a page cannot be read.",
    }),
    maxPages: setting("limits.maxPages", {
      group: "sources",
      type: wholeNumber("COUNT", 1, 10_000_000),
      fallback: 200_000,
      doc: "Most pages read from one source.",
    }),
    maxPageBytes: setting("limits.maxPageSize", {
      group: "sources",
      type: byteSize(1000, 1_000_000_000),
      fallback: 10_000_000,
      defaultText: "10MB",
      doc: "Larger pages are left out and reported.",
    }),
    cache: setting("cache", {
      group: "sources",
      type: filePath("DIR"),
      fallback: ".docport-cache",
      doc: "Folder of what was fetched from websites and repositories; may be removed.",
    }),
  };
