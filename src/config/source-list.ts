import { isIP } from "node:net";
import { resolve } from "node:path";
import { isGitRef, isGitUrl } from "../corpus/git/git-location.ts";
import { SOURCE_KINDS, type SourceKind } from "../corpus/sources/detect-kind.ts";
import { nearestName } from "../lib/nearest-name.ts";
import { hideCredentials } from "./config-problem.ts";
import type { Mistake, ReadSite, SettingType } from "./setting.ts";
import { domainName, languageTag, listOf, oneOf, siteUrl, text } from "./setting-types.ts";

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
  /** Name under which its documentation is served alone; lower case, in ASCII. */
  readonly domain?: string;
}

/** A host name under which one of several documentations is served alone. */
export interface CorpusHost {
  readonly domain: string;
  /** What its ids begin with. */
  readonly corpus: string;
  readonly title: string;
  /** URL under which its pages are public; ends in a slash. */
  readonly baseUrl?: string;
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

const hostName: SettingType<string> = {
  valueName: "NAME",
  read(raw, site) {
    const name = domainName.read(raw, site);
    if (name === undefined || (!name.startsWith("*.") && isIP(name) === 0)) return name;
    site.report({ value: raw, expected: "one host name: no wildcard, and no address" });
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
  "domain",
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

/** The host names of single documentations, in the order of the sources. */
export function corpusHostsOf(sources: readonly SourceConfig[]): readonly CorpusHost[] {
  const corpora = corporaOf(sources);
  const hosts = new Map<string, CorpusHost>();
  for (const { domain, corpus, name: title, baseUrl } of sources) {
    if (domain === undefined || corpus === undefined || !corpora.includes(corpus)) continue;
    const host = { domain, corpus, title, ...(baseUrl === undefined ? {} : { baseUrl }) };
    if (!hosts.has(domain)) hosts.set(domain, host);
  }
  return [...hosts.values()];
}

/** What is wrong with the domains of sources, seen beside each other and the server's own names. */
export function checkSourceDomains(
  sources: readonly SourceConfig[],
  ownNames: readonly string[],
): readonly Mistake[] {
  const hosts = new Map(corpusHostsOf(sources).map(({ domain, corpus }) => [domain, corpus]));
  const expectation = ({ domain, corpus }: SourceConfig): string | undefined => {
    if (domain === undefined) return undefined;
    if (ownNames.includes(domain)) return "a name of its own: this one is for all sources together";
    if (!hosts.has(domain)) return "none, unless several sources have names";
    return hosts.get(domain) === corpus ? undefined : "a name of its own for each documentation";
  };
  return sources.flatMap((one, index) => {
    const expected = expectation(one);
    return expected === undefined
      ? []
      : [{ path: `[${index}].domain`, value: one.domain, expected }];
  });
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
  const domain = read("domain", hostName);
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
    ...(domain === undefined ? {} : { domain }),
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
