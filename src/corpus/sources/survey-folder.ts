import { DocportError } from "../../lib/errors.ts";
import { isOpenapi } from "../openapi/is-openapi.ts";
import { type HugoConfig, lowerKeys, readHugoConfig } from "../site/hugo-config.ts";
import { hugoLayout } from "../site/hugo-layout.ts";
import { detectLanguageFolders, languageTagOf } from "../site/language-tag.ts";
import { type PlainGenerator, plainLayout } from "../site/plain-layout.ts";
import { fileKindOf, splitPath } from "../site/site-layout.ts";
import { isValues, textAt, type Values } from "../site/values.ts";
import { commonLanguage, type DetectLanguage } from "./common-language.ts";
import type { FileTree } from "./file-tree.ts";
import type { FolderSurvey } from "./folder-source.ts";
import { loadHugoConfig, readConfigFile } from "./load-hugo-config.ts";
import { mapOrdered } from "./map-ordered.ts";
import { decodeUtf8 } from "./read-text.ts";
import type { SourceLimits } from "./source-limits.ts";
import type { FolderListing } from "./walk-folder.ts";

export interface SurveySettings {
  readonly baseUrl: string | undefined;
  readonly defaultLanguage: string | undefined;
  readonly languages: readonly string[] | undefined;
  readonly limits: SourceLimits;
  /** The user said that it is a Hugo site. */
  readonly isHugo: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal | undefined;
  /** Tells the language of documents that say none. Default: they are in English. */
  readonly detectLanguage?: DetectLanguage | undefined;
}

/**
 * Finds out which generator a folder is written for, and lists its documents. Hugo is known by its
 * configuration, or by `_index.md` files; Docusaurus, Jekyll, Antora and Sphinx by theirs;
 * anything else is a plain folder.
 */
export async function surveyFolder(
  tree: FileTree,
  settings: SurveySettings,
): Promise<FolderSurvey> {
  const config = await loadHugoConfig(tree);
  if (config !== undefined) {
    const hugo = readHugoConfig(config, settings);
    const existing = await Promise.all(hugo.mounts.map(({ folder }) => tree.has(folder)));
    if (existing.includes(true)) return surveyHugo(tree, hugo, settings);
  }
  const generator = await detectGenerator(tree);
  const listing = await list(tree, settings, (path) => entersPlain(path, generator));
  const defaultLanguage = await languageOf(tree, listing, settings);
  const looksLikeHugo = listing.paths.some((path) => /(?:^|\/)_index\.[^/]+$/.test(path));
  if (generator === "plain" && (settings.isHugo || looksLikeHugo)) {
    return surveyHugo(
      tree,
      readHugoConfig(guessHugoConfig(listing.paths, { ...settings, defaultLanguage }), settings),
      settings,
    );
  }
  return {
    listing,
    layout: plainLayout({
      generator,
      ...(generator === "antora" && { component: await antoraComponent(tree) }),
      baseUrl: settings.baseUrl ?? (generator === "jekyll" ? await jekyllBaseUrl(tree) : undefined),
      defaultLanguage,
      languages: settings.languages,
    }),
  };
}

/** Of documents that say none. */
async function languageOf(
  tree: FileTree,
  { paths }: FolderListing,
  { defaultLanguage, languages = [], detectLanguage, limits }: SurveySettings,
): Promise<string> {
  if (defaultLanguage !== undefined) return defaultLanguage;
  if (languages.length > 0) return "en";
  const { maxPageBytes } = limits;
  return (await commonLanguage(tree, paths, { detectLanguage, maxPageBytes })) ?? "en";
}

async function surveyHugo(
  tree: FileTree,
  config: HugoConfig,
  settings: SurveySettings,
): Promise<FolderSurvey> {
  const folders = config.mounts.map(({ folder }) => folder);
  const listing = await list(tree, settings, (path) =>
    folders.some(
      (folder) =>
        folder === "" || `${path}/`.startsWith(`${folder}/`) || folder.startsWith(`${path}/`),
    ),
  );
  return { listing, layout: hugoLayout(config, settings.now) };
}

async function list(
  tree: FileTree,
  settings: SurveySettings,
  enters: (path: string) => boolean,
): Promise<FolderListing> {
  const { limits, signal } = settings;
  const { paths, problems } = await tree.list({
    accepts: (path) => fileKindOf(path) !== undefined,
    enters,
    limits,
    signal,
  });
  const documents: string[] = [];
  const chosen = mapOrdered(paths, limits.maxConcurrency, async (path) => {
    signal?.throwIfAborted();
    return fileKindOf(path) !== "openapi" || (await describesApi(tree, path, limits)) ? path : "";
  });
  for await (const path of chosen) if (path !== "") documents.push(path);
  return { paths: documents, problems };
}

/** Most JSON and YAML files are configuration or data, and none of our business. */
async function describesApi(tree: FileTree, path: string, limits: SourceLimits): Promise<boolean> {
  try {
    return isOpenapi(decodeUtf8(await tree.read(path, limits.maxPageBytes)));
  } catch (error) {
    if (error instanceof DocportError && error.code === "ERR_PAGE_UNREADABLE") return false;
    throw error;
  }
}

/** The configuration that a Hugo site with this content most likely has. */
function guessHugoConfig(
  paths: readonly string[],
  settings: SurveySettings & { readonly defaultLanguage: string },
): Values {
  const contentFolder = paths.some((path) => path.startsWith("content/")) ? "content" : "";
  const inside = paths
    .filter((path) => contentFolder === "" || path.startsWith(`${contentFolder}/`))
    .map((path) => (contentFolder === "" ? path : path.slice(contentFolder.length + 1)));
  const { defaultLanguage } = settings;
  const folders = detectLanguageFolders(inside, {
    defaultLanguage,
    ...(settings.languages && { languages: settings.languages }),
  });
  const keys = folders.size > 0 ? [...folders.keys()] : suffixLanguages(inside, settings.languages);
  const languages = keys.map((key): [string, Values] => [
    key.toLowerCase(),
    folders.size > 0 ? { contentdir: contentFolder === "" ? key : `${contentFolder}/${key}` } : {},
  ]);
  const guessed = lowerKeys({
    contentdir: contentFolder === "" ? "/" : contentFolder,
    defaultcontentlanguage: defaultLanguage,
    languages: Object.fromEntries(languages),
  });
  return isValues(guessed) ? guessed : {};
}

/** Languages of `page.de.md` files that have a `page.md`, or that are configured. */
function suffixLanguages(
  paths: readonly string[],
  configured: readonly string[] = [],
): readonly string[] {
  const stems = new Set(paths.map((path) => stemPath(path)));
  const found = new Set(configured);
  for (const stem of stems) {
    const dot = stem.lastIndexOf(".");
    const suffix = stem.slice(dot + 1);
    if (dot > 0 && languageTagOf(suffix) !== undefined && stems.has(stem.slice(0, dot))) {
      found.add(suffix);
    }
  }
  return [...found];
}

function stemPath(path: string): string {
  const { folder, stem } = splitPath(path);
  return `${folder}/${stem}`;
}

const DOCUSAURUS_FOLDERS = /^(?:docs|versioned_docs|i18n)(?:\/|$)/;

/** Folders with a leading underscore hold partials and layouts, not pages. */
function entersPlain(path: string, generator: PlainGenerator): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name.startsWith("_")) return false;
  if (generator === "antora") return !/(?:^|\/)modules\/[^/]+\/(?!pages(?:\/|$))/.test(path);
  return generator !== "docusaurus" || DOCUSAURUS_FOLDERS.test(path);
}

async function detectGenerator(tree: FileTree): Promise<PlainGenerator> {
  for (const extension of ["js", "ts", "mjs", "cjs"]) {
    if (await tree.has(`docusaurus.config.${extension}`)) return "docusaurus";
  }
  if (await tree.has("_config.yml")) return "jekyll";
  if (await tree.has("antora.yml")) return "antora";
  return (await tree.has("conf.py")) ? "sphinx" : "plain";
}

/** The first segments of a component's URLs: https://docs.antora.org/antora/latest/how-antora-builds-urls/ */
async function antoraComponent(tree: FileTree): Promise<string> {
  const config = await readConfigFile(tree, "antora.yml", "Antora");
  const version = textAt(config, "version");
  const isShown = version !== undefined && version !== "~" && version !== "master";
  const name = textAt(config, "name") ?? "";
  return [name === "ROOT" ? "" : name, isShown ? version : ""].filter(Boolean).join("/");
}

async function jekyllBaseUrl(tree: FileTree): Promise<string | undefined> {
  const config = await readConfigFile(tree, "_config.yml", "Jekyll");
  const url = textAt(config, "url");
  if (url === undefined || !URL.canParse(url)) return undefined;
  return new URL(textAt(config, "baseurl") ?? "/", url).href;
}
