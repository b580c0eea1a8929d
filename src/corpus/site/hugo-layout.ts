import type { HugoConfig, HugoLanguage } from "./hugo-config.ts";
import { expandPermalink, sanitizePath } from "./hugo-urls.ts";
import { splitLanguageSuffix } from "./language-tag.ts";
import {
  type ContentFile,
  fileKindOf,
  joinPath,
  type PublicPlace,
  type SiteLayout,
  splitPath,
  translatedPaths,
} from "./site-layout.ts";
import { isValues, textAt, textsAt, timeAt, type Values, valueAt } from "./values.ts";

interface HugoFile extends ContentFile {
  readonly siteLanguage: HugoLanguage;
  /** Below the content root, `""` for the home page's; the folder itself for a bundle. */
  readonly folder: string;
  readonly role: "page" | "leaf" | "branch";
  readonly stem: string;
}

/**
 * A Hugo site's content: which files are pages (leaf bundles take the files beside them along),
 * and the URLs that Hugo gives them. Follows https://gohugo.io/content-management/urls/ and was
 * held against real builds.
 * @param now milliseconds since the epoch: pages dated later are not published yet
 */
export function hugoLayout(config: HugoConfig, now: number): SiteLayout {
  const byKey = new Map(config.languages.map((language) => [language.key, language]));
  /** `build` settings that a branch's cascade gives to what is below it, by language and folder. */
  const cascades = new Map<string, Values>();
  const files = new Map<ContentFile, HugoFile>();

  const classify = (path: string): HugoFile | undefined => {
    const kind = fileKindOf(path);
    const mount = config.mounts
      .filter(({ folder }) => folder === "" || path.startsWith(`${folder}/`))
      .reduce<HugoConfig["mounts"][number] | undefined>(
        (best, one) => (best && best.folder.length >= one.folder.length ? best : one),
        undefined,
      );
    if (kind === undefined || mount === undefined) return undefined;
    const inside = mount.folder === "" ? path : path.slice(mount.folder.length + 1);
    const { folder: below, stem: fullStem } = splitPath(inside);
    const { stem, language } = splitLanguageSuffix(fullStem, (suffix) =>
      byKey.has(suffix.toLowerCase()) ? suffix.toLowerCase() : undefined,
    );
    const siteLanguage = byKey.get(language ?? mount.languageKey ?? config.defaultLanguage.key);
    if (siteLanguage === undefined) return undefined;
    const folder = joinPath(mount.below, below);
    const role = stem === "_index" ? "branch" : stem === "index" ? "leaf" : "page";
    return {
      path,
      kind,
      siteLanguage,
      language: siteLanguage.tag,
      folder,
      role,
      stem,
      logicalPath: role === "page" ? joinPath(folder, stem) : folder,
      isTranslated: false,
    };
  };

  const list = (paths: readonly string[]): readonly ContentFile[] => {
    const all = paths.flatMap((path) => classify(path) ?? []);
    const bundles = new Set(all.filter(({ role }) => role === "leaf").map(({ folder }) => folder));
    const pages = all.filter((file) => !isResource(file, bundles));
    const translated = translatedPaths(pages);
    const listed = pages
      .map((file): HugoFile => {
        return { ...file, isTranslated: translated.has(file.logicalPath) };
      })
      .toSorted(branchesFirst);
    for (const file of listed) files.set(file, file);
    return listed;
  };

  const place = (known: ContentFile, frontMatter: Values): PublicPlace | undefined => {
    const file = files.get(known);
    if (file === undefined) throw new TypeError(`hugoLayout: ${known.path} was not listed`);
    if (file.role === "branch") rememberCascade(cascades, file, frontMatter);
    if (!isPublished(frontMatter, config, now)) return undefined;
    if (!isRendered(frontMatter, inheritedBuild(cascades, file))) return undefined;
    const publicPath = pathOf(file, frontMatter, config);
    const { prefix, baseUrl } = file.siteLanguage;
    return {
      publicPath,
      aliasPaths: textsAt(frontMatter, "aliases").map((alias) =>
        aliasPath(alias, publicPath, prefix),
      ),
      languageSegment: prefix === "" ? undefined : prefix,
      baseUrl,
    };
  };

  return {
    baseUrl: config.baseUrl,
    defaultLanguage: config.defaultLanguage.tag,
    list,
    place,
  };
}

/** Pages inside a leaf bundle are its resources: Hugo publishes no page for them. */
function isResource(file: HugoFile, bundles: ReadonlySet<string>): boolean {
  let folder = file.role === "page" ? file.folder : parentOf(file.folder);
  while (folder !== undefined) {
    if (folder !== "" && bundles.has(folder)) return true;
    folder = parentOf(folder);
  }
  return false;
}

function parentOf(folder: string): string | undefined {
  if (folder === "") return undefined;
  return folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
}

/** A branch's own page before all below it, since its cascade counts for them. */
function branchesFirst(a: HugoFile, b: HugoFile): number {
  const [left, right] = [orderOf(a), orderOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function orderOf(file: HugoFile): string {
  const folder = file.folder === "" ? "" : `${file.folder}/`;
  // "\u0001" sorts before every name.
  return `${file.siteLanguage.key}/${folder}${file.role === "branch" ? "\u0001" : file.stem}`;
}

function rememberCascade(cascades: Map<string, Values>, file: HugoFile, own: Values): void {
  const cascade = valueAt(own, "cascade");
  const entries: readonly unknown[] = Array.isArray(cascade) ? cascade : [cascade];
  for (const entry of entries) {
    // An entry with a target is for some of the pages only; which ones is a matcher's business.
    if (!isValues(entry) || "target" in entry || "_target" in entry) continue;
    const build = valueAt(entry, "build") ?? valueAt(entry, "_build");
    if (isValues(build)) cascades.set(cascadeKey(file, file.folder), build);
  }
}

function inheritedBuild(cascades: ReadonlyMap<string, Values>, file: HugoFile): Values | undefined {
  // A branch's cascade does reach the branch itself; its own `build` overrides it.
  let folder: string | undefined = file.folder;
  while (folder !== undefined) {
    const build = cascades.get(cascadeKey(file, folder));
    if (build !== undefined) return build;
    folder = parentOf(folder);
  }
  return undefined;
}

function cascadeKey(file: HugoFile, folder: string): string {
  return `${file.siteLanguage.key}\n${folder}`;
}

function isPublished(frontMatter: Values, config: HugoConfig, now: number): boolean {
  if (valueAt(frontMatter, "draft") === true && !config.buildsDrafts) return false;
  const publishedAt = timeAt(frontMatter, "publishDate", "publishdate", "date");
  if (publishedAt !== undefined && publishedAt > now && !config.buildsFuture) return false;
  const expiresAt = timeAt(frontMatter, "expiryDate", "expirydate");
  return expiresAt === undefined || expiresAt > now || config.buildsExpired;
}

function isRendered(frontMatter: Values, inherited: Values | undefined): boolean {
  if (valueAt(frontMatter, "headless") === true) return false;
  const own = valueAt(frontMatter, "build") ?? valueAt(frontMatter, "_build");
  const build = isValues(own) ? own : inherited;
  const render = build === undefined ? undefined : valueAt(build, "render");
  return render !== "never" && render !== "link" && render !== false;
}

function pathOf(file: HugoFile, frontMatter: Values, config: HugoConfig): string {
  const { prefix, permalinks } = file.siteLanguage;
  const url = textAt(frontMatter, "url");
  if (url !== undefined) {
    const path = url.startsWith("/") ? url.slice(1) : joinPath(prefix, url);
    return /\.[a-z0-9]{1,10}$/i.test(path) ? path : asFolder(path.replace(/(?<!\/)\/+$/, ""));
  }
  const sections = file.logicalPath.split("/").slice(0, -1);
  const section = file.logicalPath.split("/")[0] ?? "";
  const pattern = file.role === "branch" ? undefined : permalinks.get(section.toLowerCase());
  const path =
    pattern === undefined
      ? plainPath(file, frontMatter)
      : expandPermalink(pattern, {
          sections,
          baseName: file.logicalPath.split("/").at(-1) ?? "",
          frontMatter,
          keepsCase: config.keepsCase,
        }).replace(/^\/|\/$/g, "");
  const clean = joinPath(prefix, sanitizePath(path, config.keepsCase));
  if (file.logicalPath === "") return asFolder(prefix);
  return config.isUgly(section) ? `${clean}.html` : asFolder(clean);
}

function plainPath(file: HugoFile, frontMatter: Values): string {
  const slug = file.role === "branch" ? undefined : textAt(frontMatter, "slug");
  if (slug === undefined || file.logicalPath === "") return file.logicalPath;
  return joinPath(parentOf(file.logicalPath) ?? "", slug);
}

/** From the site's root with a leading slash, beside the page without one. */
function aliasPath(alias: string, publicPath: string, prefix: string): string {
  const trimmed = publicPath.replace(/\/$/, "");
  const base = alias.startsWith("/") ? prefix : (parentOf(trimmed) ?? "");
  const path = joinPath(base, alias.replace(/^\/+|(?<!\/)\/+$/g, ""));
  return /\.html?$/i.test(path) ? path : asFolder(path);
}

function asFolder(path: string): string {
  return path === "" ? "" : `${path}/`;
}
