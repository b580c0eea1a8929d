/** Language tags as sites write them in paths, file names and front matter. */

const TAG = /^[a-z]{2,3}(?:[-_][a-z]{4})?(?:[-_](?:[a-z]{2}|[0-9]{3}))?$/i;

const names = new Intl.DisplayNames("en", { type: "language", fallback: "none" });

/**
 * The tag in the form that pages carry (BCP 47 in lower case, `pt_BR` -> `pt-br`), or undefined
 * when `text` is not the tag of a language that CLDR has a name for. Names decide, not the syntax:
 * by that alone `docs`, `api` and `cli` would be languages.
 */
export function languageTagOf(text: string): string | undefined {
  if (!TAG.test(text)) return undefined;
  const tag = text.replaceAll("_", "-").toLowerCase();
  return names.of(tag) === undefined ? undefined : tag;
}

/** The tag in the same form, without asking whether the language exists: for settings. */
export function normalizeLanguage(text: string): string {
  return text.trim().replaceAll("_", "-").toLowerCase();
}

export interface LanguageFolderSettings {
  readonly defaultLanguage: string;
  /** Languages that the site is known to have; folders named so count without further evidence. */
  readonly languages?: readonly string[];
}

/**
 * Folder names that hold one language each, with their tags, among the first segments of `paths`.
 * A lone `is/` or `no/` may be a word, so without configured languages there must be at least two
 * such folders, or one named as the default language with no other folder beside.
 */
export function detectLanguageFolders(
  paths: readonly string[],
  settings: LanguageFolderSettings,
): ReadonlyMap<string, string> {
  const known = new Set((settings.languages ?? []).map(normalizeLanguage));
  const folders = new Set<string>();
  for (const path of paths) {
    const slash = path.indexOf("/");
    if (slash > 0) folders.add(path.slice(0, slash));
  }
  const candidates = new Map<string, string>();
  for (const folder of folders) {
    const tag = known.has(normalizeLanguage(folder))
      ? normalizeLanguage(folder)
      : languageTagOf(folder);
    if (tag !== undefined && (known.size === 0 || known.has(tag))) candidates.set(folder, tag);
  }
  if (known.size > 0 || candidates.size > 1) return candidates;
  const [only] = candidates.values();
  return only === settings.defaultLanguage && folders.size === 1 ? candidates : new Map();
}

/** Splits `install.pt-br` into its name and language, when `isLanguage` knows what follows the dot. */
export function splitLanguageSuffix(
  stem: string,
  languageOf: (suffix: string) => string | undefined,
): { readonly stem: string; readonly language: string | undefined } {
  const dot = stem.lastIndexOf(".");
  const language = dot > 0 ? languageOf(stem.slice(dot + 1)) : undefined;
  return language === undefined ? { stem, language } : { stem: stem.slice(0, dot), language };
}
