import { detectLanguageFolders, languageTagOf } from "../site/language-tag.ts";
import { splitPath } from "../site/site-layout.ts";
import type { FileTree } from "./file-tree.ts";
import { decodeUtf8 } from "./read-text.ts";

/** The language that a text is most likely in, as a BCP 47 tag in lower case; "" for no telling. */
export type DetectLanguage = (text: string) => string;

export interface CommonLanguageOptions {
  readonly detectLanguage: DetectLanguage | undefined;
  /** Larger files are not looked at. */
  readonly maxPageBytes: number;
}

/** Documents that are looked at, from all over the folder. */
const MAX_SAMPLES = 12;
/** How many of those whose language can be told have to agree. */
const MIN_SHARE = 0.75;
const SAMPLE_CHARS = 8_000;
/** What is prose at all, and not a description of an API or a notebook. */
const PROSE = /\.(?:md|mdx|markdown|html?|adoc|asciidoc|rst)$/i;

/**
 * The language that the documents of a folder are in, where neither settings nor names of folders
 * and files say one; undefined when there is no telling.
 */
export async function commonLanguage(
  tree: FileTree,
  paths: readonly string[],
  { detectLanguage, maxPageBytes }: CommonLanguageOptions,
): Promise<string | undefined> {
  const prose = paths.filter((path) => PROSE.test(path));
  if (!detectLanguage || namesLanguages(prose)) return undefined;
  const votes = new Map<string, number>();
  let told = 0;
  const step = Math.max(1, Math.floor(prose.length / MAX_SAMPLES));
  for (let at = 0; at < prose.length && at < step * MAX_SAMPLES; at += step) {
    const language = detectLanguage(await sampleOf(tree, prose[at] ?? "", maxPageBytes));
    if (language === "") continue;
    told += 1;
    votes.set(language, (votes.get(language) ?? 0) + 1);
  }
  for (const [language, count] of votes) if (count >= told * MIN_SHARE) return language;
  return undefined;
}

/** Whether folders or endings of names are languages: then the rest is in the usual one. */
function namesLanguages(paths: readonly string[]): boolean {
  if (detectLanguageFolders(paths, { defaultLanguage: "en" }).size > 0) return true;
  const stems = new Set(paths.map(stemOf));
  return [...stems].some((stem) => {
    const dot = stem.lastIndexOf(".");
    const suffix = stem.slice(dot + 1);
    return dot > 0 && languageTagOf(suffix) !== undefined && stems.has(stem.slice(0, dot));
  });
}

function stemOf(path: string): string {
  const { folder, stem } = splitPath(path);
  return `${folder}/${stem}`;
}

/** The beginning of a document without its code, tags and front matter, which are English anywhere. */
async function sampleOf(tree: FileTree, path: string, maxBytes: number): Promise<string> {
  let text: string;
  try {
    text = decodeUtf8(await tree.read(path, maxBytes)).slice(0, SAMPLE_CHARS);
  } catch {
    // Whoever reads it for its pages says what is wrong with it.
    return "";
  }
  return text
    .replace(/^---\n[^]*?\n---\n/, "")
    .replaceAll(/```[^`]*```/g, " ")
    .replaceAll(/<[^<>]{0,500}>/g, " ");
}
