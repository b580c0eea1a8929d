import type { DocumentKind } from "../read-document.ts";
import type { FileKind } from "../read-file.ts";

/** A file that is a page, and what its path alone tells. */
export interface ContentFile {
  /** Below the source, with `/`. */
  readonly path: string;
  readonly kind: FileKind;
  /** Absent when neither folder nor file name says it. */
  readonly language: string | undefined;
  /** Below the language's root, language suffix and extension removed; same in all translations. */
  readonly logicalPath: string;
  /** Whether another language has a file of the same logical path. */
  readonly isTranslated: boolean;
}

/** Where a page is on the public site: public paths, see page-url.ts. */
export interface PublicPlace {
  readonly publicPath: string;
  readonly aliasPaths: readonly string[];
  /** The public path's first segment when it stands for the language. */
  readonly languageSegment?: string | undefined;
  /** When the language has a site of its own. */
  readonly baseUrl?: string | undefined;
}

/** How one kind of site generator turns files into pages. Reads nothing itself. */
export interface SiteLayout {
  readonly baseUrl: string | undefined;
  readonly defaultLanguage: string;
  /** The files that are pages, in the order in which they are to be read and placed. */
  list(paths: readonly string[]): readonly ContentFile[];
  /**
   * The public place of a page, or undefined when the generator does not publish it (a draft, a
   * headless page). Called once a file, in the order of `list`: what a folder's own page says may
   * count for the pages below it.
   */
  place(file: ContentFile, frontMatter: Readonly<Record<string, unknown>>): PublicPlace | undefined;
}

const DOCUMENT_KINDS: ReadonlyMap<string, DocumentKind> = new Map([
  ["md", "markdown"],
  ["markdown", "markdown"],
  ["mdx", "mdx"],
  ["html", "html"],
  ["htm", "html"],
]);

const FILE_KINDS: ReadonlyMap<string, FileKind> = new Map([
  ...DOCUMENT_KINDS,
  ["adoc", "asciidoc"],
  ["asciidoc", "asciidoc"],
  ["rst", "rst"],
  ["ipynb", "notebook"],
  ["pdf", "pdf"],
  // Whether such a file describes an API shows only in it; see `isOpenapi`.
  ["json", "openapi"],
  ["yaml", "openapi"],
  ["yml", "openapi"],
]);

/** The kind of text that is read at once, by the extension of its name; undefined: another or none. */
export function documentKindOf(path: string): DocumentKind | undefined {
  return DOCUMENT_KINDS.get(extensionOf(path));
}

/** The kind of file of any kind that can be read; undefined: not documentation. */
export function fileKindOf(path: string): FileKind | undefined {
  return FILE_KINDS.get(extensionOf(path));
}

function extensionOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1).toLowerCase();
}

export interface PathParts {
  /** "" at the root; no trailing slash. */
  readonly folder: string;
  /** File name without extension. */
  readonly stem: string;
}

export function splitPath(path: string): PathParts {
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  const dot = name.lastIndexOf(".");
  return { folder: path.slice(0, Math.max(0, slash)), stem: dot > 0 ? name.slice(0, dot) : name };
}

/** Joins non-empty parts with `/`. */
export function joinPath(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("/");
}

/** The logical paths that more than one language has. */
export function translatedPaths(
  files: readonly { readonly logicalPath: string; readonly language: string | undefined }[],
): ReadonlySet<string> {
  const first = new Map<string, string | undefined>();
  const translated = new Set<string>();
  for (const { logicalPath, language } of files) {
    if (!first.has(logicalPath)) first.set(logicalPath, language);
    else if (first.get(logicalPath) !== language) translated.add(logicalPath);
  }
  return translated;
}
