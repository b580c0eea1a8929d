import { open, readdir, stat } from "node:fs/promises";
import type { LookupFunction } from "node:net";
import { basename, dirname, join, resolve } from "node:path";
import { type Clock, systemClock } from "../../lib/clock.ts";
import { DocportError, messageOf, systemCodeOf } from "../../lib/errors.ts";
import { nearestName } from "../../lib/nearest-name.ts";
import { isArchive, openArchive } from "../archive/open-archive.ts";
import { isGitRef, isGitUrl, parseGitLocation, protocolOf } from "../git/git-location.ts";
import { isOpenapi } from "../openapi/is-openapi.ts";
import { plainLayout } from "../site/plain-layout.ts";
import { fileKindOf } from "../site/site-layout.ts";
import type { Source } from "../source.ts";
import { commonLanguage, type DetectLanguage } from "./common-language.ts";
import { detectKind, type SourceKind, type SourceTarget } from "./detect-kind.ts";
import { DiskTree } from "./disk-tree.ts";
import type { Fetch } from "./fetch-resource.ts";
import type { FileTree, OpenFileTree } from "./file-tree.ts";
import { FolderSource } from "./folder-source.ts";
import { DEFAULT_SOURCE_LIMITS, type SourceLimits } from "./source-limits.ts";
import { surveyFolder } from "./survey-folder.ts";

export type { SourceKind } from "./detect-kind.ts";

/** How much of a JSON file is looked at to tell an export from the description of an API. */
const START_BYTES = 65_536;

export interface SourceSettings {
  /** A folder or file, an http(s) URL, or where git finds a repository. */
  readonly location: string;
  /** Default: found out from the location. */
  readonly kind?: SourceKind;
  /** Where the documentation is published; without it, and without a site configuration, page URLs
   * are root-relative. Must be http(s). */
  readonly baseUrl?: string;
  /** Language of pages that say none. Default: the site's own, else `en`. */
  readonly defaultLanguage?: string;
  /** The languages that folders and file suffixes may stand for. Default: found out. */
  readonly languages?: readonly string[];
  /** The path segments that are versions. Default: `1.2`, `v2.x` and the like. */
  readonly versions?: readonly string[];
  /** Version of pages whose path names none. */
  readonly version?: string;
  /** The branch, tag or commit of a repository. Default: what it says itself. */
  readonly ref?: string;
  /** Several of them, read as versions. */
  readonly refs?: readonly string[];
  /** The folder of a repository that is read. Default: its root. */
  readonly subfolder?: string;
  readonly limits?: Partial<SourceLimits>;
}

export interface SourceSeams {
  /**
   * For exports and `llms.txt`. Default: one that goes to private addresses only when the source
   * names one itself.
   */
  readonly fetch?: Fetch;
  /** Finds the addresses of names. Default: the system's. */
  readonly lookup?: LookupFunction;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Tells the language of documents that say none. Default: they are in English. */
  readonly detectLanguage?: DetectLanguage;
  /** What websites are told about who asks. Default `docport`. */
  readonly userAgent?: string;
  /** Environment of the programs that are run. Default: a bare one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens documentation of any supported kind. Nothing but the location itself is looked at yet;
 * pages are read by `load`, each time anew.
 * Throws ERR_SOURCE_NOT_FOUND when there is nothing at the location, ERR_SOURCE_KIND when its kind
 * cannot be told or does not fit, ERR_SOURCE_UNREADABLE when it cannot be looked at.
 * @throws RangeError when `baseUrl` is not an http(s) URL
 */
export async function openSource(
  settings: SourceSettings,
  seams: SourceSeams = {},
): Promise<Source> {
  const { location, baseUrl } = settings;
  if (baseUrl !== undefined && !isHttpUrl(baseUrl)) {
    throw new RangeError(`openSource: baseUrl must be an http(s) URL, got "${baseUrl}"`);
  }
  const limits = { ...DEFAULT_SOURCE_LIMITS, ...settings.limits };
  const clock = seams.clock ?? systemClock;
  const isUrl = isHttpUrl(location);
  const isRemote = isUrl || isGitUrl(location);
  const { repository } = parseGitLocation(location);
  const isRef = !isRemote && (settings.kind === "git" || /\.git#/i.test(location));
  const target = isRemote ? "url" : await targetOf(isRef ? repository : location);
  const kind = await kindOf(isRef ? repository : location, target, settings.kind);
  const { detectLanguage } = seams;
  if (kind === "git") return openRepository(settings, limits, clock, seams);
  if (kind === "folder" || kind === "hugo") {
    const root = resolve(location);
    const openTree: OpenFileTree = async () => new DiskTree(root, location);
    return openFolder(settings, {
      openTree,
      isHugo: kind === "hugo",
      limits,
      clock,
      detectLanguage,
    });
  }
  if (kind === "archive") {
    const path = resolve(location);
    const openTree: OpenFileTree = (signal) =>
      openArchive(path, location, { maxFileBytes: limits.maxPageBytes, signal });
    return openFolder(settings, { openTree, isHugo: false, limits, clock, detectLanguage });
  }
  if (kind === "file") return openFile(settings, limits, detectLanguage);
  // Each reader is loaded when there is something for it: a start is as quick as its own source.
  if (kind === "website") {
    const { createSiteTransport } = await import("../website/site-transport.ts");
    const { WebsiteSource } = await import("../website/website-source.ts");
    const { userAgent = "docport", lookup } = seams;
    return new WebsiteSource(settings, limits, {
      clock,
      userAgent,
      openTransport: (url) => createSiteTransport(url, lookup),
    });
  }
  const { TextOrigin } = await import("./text-origin.ts");
  const { createGuardedFetch } = await import("./guarded-fetch.ts");
  const site = isUrl ? location : baseUrl;
  const guarded = site === undefined ? undefined : createGuardedFetch(new URL(site), seams.lookup);
  const { fetch = guarded } = seams;
  const origin = new TextOrigin(location, { isUrl, fetch, clock, limits });
  if (kind === "export") {
    const { ExportSource } = await import("./export-source.ts");
    return new ExportSource(settings, origin, limits);
  }
  if (kind === "llms-full") {
    const { LlmsFullSource } = await import("./llms-full-source.ts");
    return new LlmsFullSource(settings, origin, limits);
  }
  const { LlmsSource } = await import("./llms-source.ts");
  return new LlmsSource(settings, origin, limits);
}

interface FolderParts {
  readonly openTree: OpenFileTree;
  readonly isHugo: boolean;
  readonly limits: SourceLimits;
  readonly clock: Clock;
  readonly detectLanguage: DetectLanguage | undefined;
}

function openFolder(settings: SourceSettings, parts: FolderParts): Source {
  const { openTree, isHugo, limits, clock, detectLanguage } = parts;
  return new FolderSource({
    name: settings.location,
    openTree,
    limits,
    assembler: { version: settings.version, versions: settings.versions },
    survey: (tree, signal) =>
      surveyFolder(tree, {
        baseUrl: settings.baseUrl,
        defaultLanguage: settings.defaultLanguage?.toLowerCase(),
        languages: settings.languages,
        limits,
        isHugo,
        now: clock.now(),
        signal,
        detectLanguage,
      }),
  });
}

/** Throws ERR_SOURCE_KIND for a ref or a subfolder that there cannot be. */
async function openRepository(
  settings: SourceSettings,
  limits: SourceLimits,
  clock: Clock,
  { env = {}, detectLanguage }: SourceSeams,
): Promise<Source> {
  const { repository, ref: fragment } = parseGitLocation(settings.location);
  const ref = settings.ref ?? fragment;
  const refs = settings.refs ?? (ref === undefined ? [] : [ref]);
  const subfolder = (settings.subfolder ?? "").replace(/^[./]+|(?<!\/)[/]+$/g, "");
  const wrong = refs.find((one) => !isGitRef(one));
  if (wrong !== undefined) {
    throw new DocportError("ERR_SOURCE_KIND", `"${wrong}" is no branch, tag or commit.`, {
      hint: "Name one that `git ls-remote` lists.",
    });
  }
  const { defaultLanguage, baseUrl, languages, version, versions } = settings;
  const { GitSource } = await import("../git/git-source.ts");
  return new GitSource(
    {
      repository: protocolOf(repository) === "file" ? resolve(repository) : repository,
      ...{ refs, subfolder, limits, version, versions },
      survey: {
        ...{ baseUrl, languages, isHugo: false, detectLanguage },
        defaultLanguage: defaultLanguage?.toLowerCase(),
      },
    },
    { clock, env },
  );
}

/** One document is a folder with nothing else in it. */
function openFile(
  settings: SourceSettings,
  limits: SourceLimits,
  detectLanguage: DetectLanguage | undefined,
): Source {
  const path = resolve(settings.location);
  const paths = [basename(path)];
  const languageIn = async (tree: FileTree): Promise<string> =>
    settings.defaultLanguage?.toLowerCase() ??
    (await commonLanguage(tree, paths, { detectLanguage, ...limits })) ??
    "en";
  return new FolderSource({
    name: settings.location,
    openTree: async () => new DiskTree(dirname(path), settings.location),
    limits,
    assembler: { version: settings.version, versions: settings.versions },
    survey: async (tree) => ({
      listing: { paths, problems: [] },
      layout: plainLayout({
        generator: "plain",
        baseUrl: settings.baseUrl,
        defaultLanguage: await languageIn(tree),
        languages: settings.languages,
      }),
    }),
  });
}

/** By the name; a JSON file is an export unless it says that it describes an API. */
async function kindOf(
  location: string,
  target: SourceTarget,
  forced: SourceKind | undefined,
): Promise<SourceKind> {
  const kind = detectKind(location, target, forced);
  if (kind !== "export" || target !== "file" || forced !== undefined) return kind;
  return isOpenapi(await readStart(location)) ? "file" : "export";
}

async function readStart(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function targetOf(location: string): Promise<"folder" | "file"> {
  try {
    const found = await stat(location);
    if (found.isDirectory()) return "folder";
    if (found.isFile()) return "file";
  } catch (cause) {
    const code = systemCodeOf(cause);
    if (code === "ENOENT" || code === "ENOTDIR") throw await notFound(location, cause);
    throw new DocportError(
      "ERR_SOURCE_UNREADABLE",
      `The source "${location}" cannot be read: ${messageOf(cause)}`,
      { hint: "Check the permissions of the folder and of those above it.", cause },
    );
  }
  throw new DocportError("ERR_SOURCE_KIND", `"${location}" is neither a file nor a folder.`, {
    hint: "Name a folder, a file or an http(s) URL.",
  });
}

async function notFound(location: string, cause: unknown): Promise<DocportError> {
  const folder = dirname(resolve(location));
  const names = await readdir(folder).catch((): string[] => []);
  const documents = names.filter(
    (name) => fileKindOf(name) !== undefined || isArchive(name) || !name.includes("."),
  );
  const near = nearestName(basename(location), documents.length > 0 ? documents : names);
  const hint =
    near === undefined
      ? "Check the spelling; a relative path counts from the folder that the command runs in."
      : `Did you mean "${join(dirname(location), near)}"?`;
  return new DocportError("ERR_SOURCE_NOT_FOUND", `There is nothing at "${location}".`, {
    hint,
    cause,
  });
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
