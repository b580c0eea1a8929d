import { resolve } from "node:path";
import { isGitRef, isGitUrl } from "../corpus/git/git-location.ts";
import { SOURCE_KINDS, type SourceKind } from "../corpus/sources/detect-kind.ts";
import { nearestName } from "../lib/nearest-name.ts";
import { hideCredentials } from "./config-problem.ts";
import type { Mistake, ReadSite, SettingType } from "./setting.ts";
import { languageTag, listOf, oneOf, siteUrl, text } from "./setting-types.ts";

/** One place that documentation comes from, and what is different there from the other places. */
export interface SourceConfig {
  /** Absolute path, an http(s) URL, or where git finds a repository. */
  readonly location: string;
  /** As people know it: the name given to it, else the location as it was written. */
  readonly name: string;
  /**
   * The name given to it, as it stands in ids: where sources have several of them, each is a
   * documentation of its own.
   */
  readonly corpus?: string;
  readonly kind?: SourceKind;
  /** URL under which its pages are public; ends in a slash. */
  readonly baseUrl?: string;
  /** Language of pages that do not say theirs. */
  readonly language?: string;
  readonly version?: string;
  /** Branch, tag or commit of a git repository. */
  readonly ref?: string;
  /** Several of them, each of which is a version. */
  readonly versions?: readonly string[];
  /** Folder of a git repository that is read. */
  readonly subfolder?: string;
}

export const sourceKind: SettingType<SourceKind> = oneOf("KIND", SOURCE_KINDS);

const MAX_LOCATION_CHARS = 4096;
const LOCATION = "a folder, a file or a URL";

const gitRef: SettingType<string> = {
  valueName: "REF",
  read(raw, site) {
    // YAML reads the tag `1.2` as a number.
    const ref = typeof raw === "number" ? String(raw) : raw;
    if (typeof ref === "string" && isGitRef(ref)) return ref;
    site.report({ value: raw, expected: "a branch, tag or commit of git" });
    return undefined;
  },
};

/** A source as a string, or as a mapping with `location` and what is special about it. */
const source: SettingType<SourceConfig> = {
  valueName: "SOURCE",
  read(raw, site) {
    if (typeof raw === "string") return readText(raw, site);
    if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
      site.report({ value: raw, expected: `${LOCATION}, or a mapping with a location` });
      return undefined;
    }
    return readMapping(new Map(Object.entries(raw)), site);
  },
};

/** The sources, in the order in which their pages are listed. */
export const sourceList: SettingType<readonly SourceConfig[]> = listOf(source);

/** What a source in the file may say of itself. */
export const SOURCE_FIELDS: readonly string[] = [
  "location",
  "name",
  "kind",
  "baseUrl",
  "language",
  "version",
  "ref",
  "versions",
  "subfolder",
];

/** `name=location`. A path that looks like it is written with `./` before it. */
const NAMED = /^([\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,39})=(.+)$/u;

function readText(raw: string, site: ReadSite): SourceConfig | undefined {
  const [, name, location] = NAMED.exec(raw.trim()) ?? [];
  if (name === undefined) return readLocation(raw, raw, site);
  const place = readLocation(location, name, site);
  return place && { ...place, ...corpusOf(name) };
}

/** The name without what would part an id. */
function corpusOf(name: string): { readonly corpus?: string } {
  const corpus = name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, "-")
    .replaceAll(/^[._-]+|(?<![._-])[._-]+$/g, "")
    .slice(0, 40);
  return corpus === "" ? {} : { corpus };
}

/** The documentations of their own among sources; none when all of them are one. */
export function corporaOf(sources: readonly SourceConfig[]): readonly string[] {
  const names = new Set(sources.flatMap(({ corpus }) => corpus ?? []));
  return names.size > 1 ? [...names] : [];
}

function readMapping(raw: ReadonlyMap<string, unknown>, site: ReadSite): SourceConfig | undefined {
  let isGood = true;
  const report = (mistake: Mistake): void => {
    isGood = false;
    site.report(mistake);
  };
  const read = <T>(field: string, type: SettingType<T>): T | undefined => {
    const value = raw.get(field) ?? undefined;
    if (value === undefined) return undefined;
    return type.read(value, {
      folder: site.folder,
      report: (mistake) => report({ ...mistake, path: `.${field}${mistake.path ?? ""}` }),
    });
  };

  for (const field of raw.keys()) {
    if (SOURCE_FIELDS.includes(field)) continue;
    const nearest = nearestName(field, SOURCE_FIELDS);
    report({
      path: `.${field}`,
      value: undefined,
      isUnknownName: true,
      expected: `a field of a source (${SOURCE_FIELDS.join(", ")})`,
      ...(nearest === undefined ? {} : { nearest }),
    });
  }
  const name = read("name", text("NAME"));
  const kind = read("kind", sourceKind);
  const baseUrl = read("baseUrl", siteUrl);
  const language = read("language", languageTag);
  const version = read("version", text("VERSION"));
  const ref = read("ref", gitRef);
  const versions = read("versions", listOf(gitRef));
  const subfolder = read("subfolder", text("FOLDER", 1000));
  const location = raw.get("location");
  const place = readLocation(location, name ?? String(location), {
    folder: site.folder,
    report: (mistake) => report({ ...mistake, path: ".location" }),
  });
  if (!isGood || !place) return undefined;
  return {
    ...place,
    ...(name === undefined ? {} : corpusOf(name)),
    ...(kind === undefined ? {} : { kind }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(language === undefined ? {} : { language }),
    ...(version === undefined ? {} : { version }),
    ...(ref === undefined ? {} : { ref }),
    ...(versions === undefined ? {} : { versions }),
    ...(subfolder === undefined ? {} : { subfolder }),
  };
}

function readLocation(raw: unknown, name: string, site: ReadSite): SourceConfig | undefined {
  const typed = typeof raw === "string" ? raw.trim() : "";
  if (typed === "" || typed.length > MAX_LOCATION_CHARS || typed.includes("\0")) {
    site.report({ value: raw, expected: LOCATION });
    return undefined;
  }
  if (isGitUrl(typed)) return { location: typed, name: hideCredentials(name) };
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(typed)?.[1]?.toLowerCase();
  if (scheme === undefined) return { location: resolve(site.folder, typed), name };
  if ((scheme !== "http" && scheme !== "https") || !URL.canParse(typed)) {
    site.report({ value: raw, expected: LOCATION });
    return undefined;
  }
  return { location: typed, name: hideCredentials(name) };
}
