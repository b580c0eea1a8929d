import { docusaurusPath, withoutNumberPrefix } from "./docusaurus-path.ts";
import {
  detectLanguageFolders,
  languageTagOf,
  normalizeLanguage,
  splitLanguageSuffix,
} from "./language-tag.ts";
import {
  type ContentFile,
  fileKindOf,
  joinPath,
  type PublicPlace,
  type SiteLayout,
  splitPath,
  translatedPaths,
} from "./site-layout.ts";
import { textAt, textsAt, type Values, valueAt } from "./values.ts";

/** Generators whose URLs differ from `folder/page/`. */
export type PlainGenerator = "plain" | "docusaurus" | "jekyll" | "sphinx" | "antora";

export interface PlainSettings {
  readonly generator: PlainGenerator;
  /** Antora's component and version, with slashes between: `server/2.0`. Default: none. */
  readonly component?: string;
  readonly baseUrl: string | undefined;
  readonly defaultLanguage: string;
  readonly languages: readonly string[] | undefined;
}

interface PlainFile extends ContentFile {
  /** The path that URLs are made from: as `path`, or as the generator turns it round. */
  readonly sitePath: string;
  readonly languageSegment: string | undefined;
  /** Whether the file stands for its folder. */
  readonly isIndex: boolean;
}

/**
 * A folder of documents with no more convention than file names: `index` (or else `README`) stands
 * for its folder, a Markdown page `guide/install.md` is at `guide/install/`, an HTML page where its
 * file is. Docusaurus, Jekyll, Sphinx and Antora sites get those generators' URLs, and so do their
 * formats, reStructuredText and AsciiDoc, anywhere.
 */
export function plainLayout(settings: PlainSettings): SiteLayout {
  const { generator, baseUrl, defaultLanguage } = settings;
  const files = new Map<ContentFile, PlainFile>();

  const list = (paths: readonly string[]): readonly ContentFile[] => {
    const documents = paths.filter((path) => isPage(path, generator));
    const sited = documents.map((path) => {
      if (generator === "docusaurus") return docusaurusPath(path);
      const sitePath = generator === "antora" ? antoraPath(path, settings.component) : path;
      return { sitePath, languageSegment: undefined };
    });
    const folders = detectLanguageFolders(
      sited.map(({ sitePath }) => sitePath),
      { defaultLanguage, ...(settings.languages && { languages: settings.languages }) },
    );
    const stems = new Set(sited.map(({ sitePath }) => stemPath(sitePath)));
    const configured = new Set((settings.languages ?? []).map(normalizeLanguage));
    const all = sited.map(({ sitePath, languageSegment }, at): PlainFile => {
      const path = documents[at] ?? sitePath;
      const first = sitePath.slice(0, Math.max(0, sitePath.indexOf("/")));
      const segment = languageSegment ?? (folders.has(first) ? first : undefined);
      const { folder, stem: fullStem } = splitPath(sitePath);
      const { stem, language } = splitLanguageSuffix(fullStem, (suffix) => {
        const tag = languageTagOf(suffix) ?? normalizeLanguage(suffix);
        const twin = joinPath(folder, fullStem.slice(0, fullStem.lastIndexOf(".")));
        if (configured.has(tag)) return tag;
        return stems.has(twin) ? languageTagOf(suffix) : undefined;
      });
      const isIndex = isIndexFile(stem, folder, stems);
      const below = segment === undefined ? folder : folder.slice(segment.length + 1);
      return {
        path,
        kind: fileKindOf(path) ?? "markdown",
        sitePath,
        languageSegment: segment,
        language: language ?? (segment === undefined ? undefined : languageOf(segment, folders)),
        isIndex,
        logicalPath: isIndex ? below : joinPath(below, stem),
        isTranslated: false,
      };
    });
    const translated = translatedPaths(
      all.map((file) => ({ ...file, language: file.language ?? defaultLanguage })),
    );
    const listed = all.map((file) => {
      return { ...file, isTranslated: translated.has(file.logicalPath) };
    });
    for (const file of listed) files.set(file, file);
    return listed;
  };

  const place = (known: ContentFile, frontMatter: Values): PublicPlace | undefined => {
    const file = files.get(known);
    if (file === undefined) throw new TypeError(`plainLayout: ${known.path} was not listed`);
    if (valueAt(frontMatter, "draft") === true || valueAt(frontMatter, "published") === false) {
      return undefined;
    }
    return {
      publicPath: pathOf(file, frontMatter, settings),
      aliasPaths: ["aliases", "redirect_from"]
        .flatMap((name) => textsAt(frontMatter, name))
        .map((alias) => alias.replace(/^\/+/, "")),
      languageSegment: file.languageSegment,
    };
  };

  return { baseUrl, defaultLanguage, list, place };
}

/** Names with a leading underscore are partials, but for the `_index` that stands for a folder. */
function isPage(path: string, generator: PlainGenerator): boolean {
  // Beside its pages a component has only navigation.
  if (generator === "antora" && /(?:^|\/)modules\/[^/]+\/[^/]+$/.test(path)) return false;
  const name = path.slice(path.lastIndexOf("/") + 1);
  return fileKindOf(path) !== undefined && (!name.startsWith("_") || name.startsWith("_index."));
}

function languageOf(segment: string, folders: ReadonlyMap<string, string>): string {
  return folders.get(segment) ?? normalizeLanguage(segment);
}

/** `index` and Hugo's `_index` always; `README` where the folder has no index. */
function isIndexFile(stem: string, folder: string, stems: ReadonlySet<string>): boolean {
  if (stem === "index" || stem === "_index") return true;
  if (stem.toLowerCase() !== "readme") return false;
  return !stems.has(joinPath(folder, "index")) && !stems.has(joinPath(folder, "_index"));
}

function stemPath(path: string): string {
  const { folder, stem } = splitPath(path);
  return joinPath(folder, stem);
}

function pathOf(file: PlainFile, frontMatter: Values, settings: PlainSettings): string {
  const { generator, defaultLanguage } = settings;
  const fixed = textAt(frontMatter, "permalink", "url");
  // A pattern with tokens is the generator's to fill, an absolute URL is another site's.
  if (fixed !== undefined && !fixed.includes(":")) return fixed.replace(/^\/+/, "");
  if (file.kind === "pdf") return file.sitePath;
  if (file.kind === "html") {
    return file.isIndex ? asFolder(splitPath(file.sitePath).folder) : file.sitePath;
  }
  const suffixLanguage =
    file.languageSegment === undefined && file.language !== defaultLanguage
      ? file.language
      : undefined;
  const root = file.languageSegment ?? suffixLanguage ?? "";
  const logical =
    generator === "docusaurus" ? withoutNumberPrefix(file.logicalPath) : file.logicalPath;
  const slug =
    textAt(frontMatter, "slug") ??
    (generator === "docusaurus" ? textAt(frontMatter, "id") : undefined);
  if (slug !== undefined) return slugPath(slug, root, logical, generator);
  const path = joinPath(root, logical);
  if (generator === "docusaurus") return file.isIndex ? asFolder(path) : path;
  if (writesHtmlFiles(generator) || file.kind === "rst" || file.kind === "asciidoc") {
    return file.isIndex ? asFolder(path) : `${path}.html`;
  }
  return asFolder(path);
}

/** `/a/b` counts from the documentation's root, `b` replaces the page's own name. */
function slugPath(slug: string, root: string, logical: string, generator: PlainGenerator): string {
  const folder = logical.slice(0, Math.max(0, logical.lastIndexOf("/")));
  const docsRoot = generator === "docusaurus" ? (logical.split("/")[0] ?? "") : "";
  const path = slug.startsWith("/")
    ? joinPath(root, docsRoot === "docs" ? docsRoot : "", slug.replace(/^\/+|(?<!\/)\/+$/g, ""))
    : joinPath(root, folder, slug.replace(/(?<!\/)\/+$/, ""));
  return generator === "docusaurus" ? path : asFolder(path);
}

function writesHtmlFiles(generator: PlainGenerator): boolean {
  return generator === "jekyll" || generator === "sphinx" || generator === "antora";
}

/** `modules/admin/pages/a.adoc` -> `component/admin/a.adoc`; the module ROOT has no segment. */
function antoraPath(path: string, component = ""): string {
  const found = /^(?:(.*)\/)?modules\/([^/]+)\/pages\/([^]*)$/.exec(path);
  if (found === null) return path;
  const [, before = "", module = "", below = ""] = found;
  return joinPath(before, component, module === "ROOT" ? "" : module, below);
}

function asFolder(path: string): string {
  return path === "" ? "" : `${path}/`;
}
