import { languageTagOf, normalizeLanguage } from "./language-tag.ts";
import { isValues, textAt, textsAt, type Values, valueAt } from "./values.ts";

/** A folder of content and the language that it holds; undefined: file suffixes tell. */
export interface HugoMount {
  /** Below the site's root, without slashes at its ends. */
  readonly folder: string;
  readonly languageKey: string | undefined;
  /** Where in the content tree the folder hangs: "" for its root. */
  readonly below: string;
}

export interface HugoLanguage {
  /** As in the configuration and in URLs: `pt-br`. */
  readonly key: string;
  /** BCP 47 in lower case. */
  readonly tag: string;
  /** First segment of the language's URLs; "" for the default language. */
  readonly prefix: string;
  /** Set when the language lives on a host of its own. */
  readonly baseUrl: string | undefined;
  readonly permalinks: ReadonlyMap<string, string>;
}

/** What of a Hugo site's configuration decides which files are pages, and where. */
export interface HugoConfig {
  readonly baseUrl: string | undefined;
  readonly defaultLanguage: HugoLanguage;
  readonly languages: readonly HugoLanguage[];
  readonly mounts: readonly HugoMount[];
  /** Whether pages of a top-level section end in `.html` instead of `/`. */
  readonly isUgly: (section: string) => boolean;
  readonly keepsCase: boolean;
  readonly buildsDrafts: boolean;
  readonly buildsFuture: boolean;
  readonly buildsExpired: boolean;
}

export interface HugoConfigDefaults {
  readonly baseUrl?: string | undefined;
  readonly defaultLanguage?: string | undefined;
}

/**
 * Reads a merged Hugo configuration. Keys are matched in lower case, as Hugo does: pass it through
 * {@link lowerKeys}. What it cannot use it ignores, since Hugo itself is the judge of mistakes.
 */
export function readHugoConfig(config: Values, given: HugoConfigDefaults = {}): HugoConfig {
  const defaultKey = (
    textAt(config, "defaultcontentlanguage") ??
    given.defaultLanguage ??
    "en"
  ).toLowerCase();
  const inSubfolder = valueAt(config, "defaultcontentlanguageinsubdir") === true;
  const disabled = new Set(textsAt(config, "disablelanguages").map((key) => key.toLowerCase()));
  const entries = languageEntries(config).filter(
    ([key, entry]) => !disabled.has(key) && valueAt(entry, "disabled") !== true,
  );
  if (!entries.some(([key]) => key === defaultKey)) entries.unshift([defaultKey, {}]);
  const languages = entries.map(([key, entry]): HugoLanguage => {
    const ownBaseUrl = absolute(textAt(entry, "baseurl"));
    return {
      key,
      tag: tagOf(key, entry),
      prefix: ownBaseUrl !== undefined || (key === defaultKey && !inSubfolder) ? "" : key,
      baseUrl: ownBaseUrl,
      permalinks: permalinksOf(valueAt(entry, "permalinks") ?? valueAt(config, "permalinks")),
    };
  });
  const defaultLanguage = languages.find(({ key }) => key === defaultKey);
  if (defaultLanguage === undefined) throw new TypeError("the default language was added above");
  return {
    baseUrl: given.baseUrl ?? absolute(textAt(config, "baseurl")),
    defaultLanguage,
    languages,
    mounts: mountsOf(config, entries),
    isUgly: uglinessOf(valueAt(config, "uglyurls")),
    keepsCase: valueAt(config, "disablepathtolower") === true,
    buildsDrafts: valueAt(config, "builddrafts") === true,
    buildsFuture: valueAt(config, "buildfuture") === true,
    buildsExpired: valueAt(config, "buildexpired") === true,
  };
}

/** The same values with every key in lower case, at every depth. */
export function lowerKeys(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) return value.map((one) => lowerKeys(one, depth + 1));
  if (!isValues(value) || value instanceof Date || depth > 32) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key.toLowerCase(), lowerKeys(one, depth + 1)]),
  );
}

/** Deep merge; what is in `over` wins. */
export function mergeValues(base: Values, over: Values): Values {
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const before = merged.get(key);
    merged.set(key, isValues(before) && isValues(value) ? mergeValues(before, value) : value);
  }
  return Object.fromEntries(merged);
}

function languageEntries(config: Values): [string, Values][] {
  const languages = valueAt(config, "languages");
  if (!isValues(languages)) return [];
  return Object.entries(languages).filter((entry): entry is [string, Values] => isValues(entry[1]));
}

function tagOf(key: string, entry: Values): string {
  const known = languageTagOf(key);
  if (known !== undefined) return known;
  // A key may be any word (`german`); then the language's own tag is in its settings.
  return normalizeLanguage(textAt(entry, "locale", "languagecode") ?? key);
}

function mountsOf(config: Values, languages: readonly [string, Values][]): HugoMount[] {
  const mounts = declaredMounts(config);
  if (mounts.length > 0) return mounts;
  const shared = trimSlashes(textAt(config, "contentdir") ?? "content");
  const own = languages.flatMap(([key, entry]): HugoMount[] => {
    const folder = textAt(entry, "contentdir");
    if (folder === undefined) return [];
    return [{ folder: trimSlashes(folder), languageKey: key, below: "" }];
  });
  const everyLanguageHasItsOwn = own.length === languages.length;
  return everyLanguageHasItsOwn
    ? own
    : [...own, { folder: shared, languageKey: undefined, below: "" }];
}

function declaredMounts(config: Values): HugoMount[] {
  const declared = valueAt(config, "module", "mounts");
  if (!Array.isArray(declared)) return [];
  return declared.flatMap((mount: unknown): HugoMount[] => {
    if (!isValues(mount)) return [];
    const folder = textAt(mount, "source");
    const target = trimSlashes(textAt(mount, "target") ?? "");
    if (folder === undefined || (target !== "content" && !target.startsWith("content/"))) return [];
    const matrix = valueAt(mount, "sites", "matrix");
    const languageKey =
      textAt(mount, "lang") ?? (isValues(matrix) ? textsAt(matrix, "languages")[0] : undefined);
    return [
      {
        folder: trimSlashes(folder),
        languageKey: languageKey?.toLowerCase(),
        below: target.slice("content/".length),
      },
    ];
  });
}

/** Patterns of regular pages by section. The newer form has them one level down, under `page`. */
function permalinksOf(value: unknown): ReadonlyMap<string, string> {
  if (!isValues(value)) return new Map();
  const byKind = valueAt(value, "page");
  const patterns = isValues(byKind) ? { ...value, ...byKind } : value;
  return new Map(
    Object.entries(patterns).filter((entry): entry is [string, string] => {
      return typeof entry[1] === "string";
    }),
  );
}

function uglinessOf(value: unknown): (section: string) => boolean {
  if (!isValues(value)) return () => value === true;
  return (section) => valueAt(value, section.toLowerCase()) === true;
}

function absolute(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:\/\/[^/]/i.test(url) && URL.canParse(url) ? url : undefined;
}

function trimSlashes(path: string): string {
  return path.replace(/^(?:\.?\/)+/, "").replace(/(?<!\/)\/+$/, "");
}
