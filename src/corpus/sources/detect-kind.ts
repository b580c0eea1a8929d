import { DocportError } from "../../lib/errors.ts";
import { isArchive } from "../archive/open-archive.ts";
import { isGitUrl } from "../git/git-location.ts";
import { fileKindOf } from "../site/site-layout.ts";

/**
 * What a source is read as:
 * - `folder`: documents of every kind that can be read, laid out by whatever generator is recognised
 * - `hugo`: the same, but laid out by Hugo even where nothing shows it
 * - `export`: JSON or JSON Lines of `{title, permalink, contents}`, as a template of Hugo writes it
 * - `llms`: an `llms.txt`, whose links are followed on its own site
 * - `llms-full`: an `llms-full.txt`, all pages in one text
 * - `website`: a site, by its sitemap or its links
 * - `git`: a git repository, by its URL or its path
 * - `archive`: a zip or tar of what a folder may hold
 * - `file`: one document
 */
export type SourceKind =
  | "folder"
  | "hugo"
  | "export"
  | "llms"
  | "llms-full"
  | "website"
  | "git"
  | "archive"
  | "file";

export const SOURCE_KINDS: readonly SourceKind[] = [
  "folder",
  "hugo",
  "export",
  "llms",
  "llms-full",
  "website",
  "git",
  "archive",
  "file",
];

/** What is at a location. */
export type SourceTarget = "folder" | "file" | "url";

const FITTING: Readonly<Record<SourceKind, readonly SourceTarget[]>> = {
  folder: ["folder"],
  hugo: ["folder"],
  export: ["file", "url"],
  llms: ["file", "url"],
  "llms-full": ["file", "url"],
  website: ["url"],
  git: ["folder", "url"],
  archive: ["file"],
  file: ["file"],
};

/**
 * The forced kind when it fits what is there, else what the name tells. Throws ERR_SOURCE_KIND when
 * neither leads anywhere.
 */
export function detectKind(
  location: string,
  target: SourceTarget,
  forced?: SourceKind,
): SourceKind {
  if (forced !== undefined) {
    if (FITTING[forced].includes(target)) return forced;
    const expected = FITTING[forced].map(nameOfTarget).join(" or ");
    throw new DocportError(
      "ERR_SOURCE_KIND",
      `A source of the kind "${forced}" is ${expected}, and "${location}" is ${nameOfTarget(target)}.`,
      { hint: "Leave the kind out to have it found out." },
    );
  }
  if (target === "url" && isGitUrl(location)) return "git";
  if (target === "folder") return /\.git[/\\]?$/i.test(location) ? "git" : "folder";
  const path = target === "url" ? new URL(location).pathname : location;
  const name = path
    .slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)
    .toLowerCase();
  if (target === "file" && isArchive(name)) return "archive";
  if (/\.(?:json|jsonl|ndjson)$/.test(name)) return "export";
  if (/^llms-full\b.*\.(?:txt|md)$/.test(name)) return "llms-full";
  if (/^llms\b.*\.(?:txt|md)$/.test(name)) return "llms";
  if (target === "url") return "website";
  if (fileKindOf(name) !== undefined) return "file";
  throw new DocportError(
    "ERR_SOURCE_KIND",
    `It cannot be told what kind of documentation "${location}" is.`,
    {
      hint: "Say the kind: export, llms or llms-full; or name a folder, an archive or a document.",
    },
  );
}

function nameOfTarget(target: SourceTarget): string {
  return target === "url" ? "a URL" : `a ${target}`;
}
