import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { DocportError, messageOf } from "../../lib/errors.ts";
import type { Problem } from "../page.ts";
import type { SourceLimits } from "./source-limits.ts";

export interface FolderListing {
  /** Paths below the folder with `/`, in code unit order of their segments. */
  readonly paths: readonly string[];
  readonly problems: readonly Problem[];
}

export interface WalkOptions {
  /** Which files are wanted; asked with the path below the folder. */
  readonly accepts: (path: string) => boolean;
  /** Which folders are entered, besides the rule that hidden ones and node_modules never are. */
  readonly enters: (path: string) => boolean;
  readonly limits: Pick<SourceLimits, "maxDepth" | "maxPages">;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lists the files below a folder, the same on every run. A symbolic link is followed only to what
 * is inside the folder, and no folder is entered twice, so that links neither escape nor loop.
 * Throws ERR_SOURCE_LIMIT when there are more files than `maxPages`.
 */
export async function walkFolder(root: string, options: WalkOptions): Promise<FolderListing> {
  const { limits, signal } = options;
  const realRoot = await realpath(root);
  const seen = new Set<string>();
  const paths: string[] = [];
  const problems: Problem[] = [];

  const addFile = (path: string): void => {
    if (!options.accepts(path)) return;
    paths.push(path);
    if (paths.length <= limits.maxPages) return;
    throw new DocportError(
      "ERR_SOURCE_LIMIT",
      `The folder "${root}" has more than ${limits.maxPages} documents.`,
      { hint: "Point the source at a smaller folder, or raise the limit of pages." },
    );
  };

  const enter = async (folder: string, depth: number): Promise<void> => {
    signal?.throwIfAborted();
    if (depth > limits.maxDepth) {
      problems.push({ path: folder, reason: `The folder is more than ${limits.maxDepth} deep.` });
      return;
    }
    let entries: Dirent[];
    try {
      const real = await realpath(join(root, folder));
      if (seen.has(real)) return;
      seen.add(real);
      entries = await readdir(real, { withFileTypes: true });
    } catch (error) {
      if (folder === "") throw error;
      problems.push({ path: folder, reason: `The folder cannot be read: ${messageOf(error)}.` });
      return;
    }
    for (const entry of entries.toSorted(byName)) {
      if (entry.name.startsWith(".")) continue;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const type = entry.isSymbolicLink() ? await typeOfLink(path) : typeOf(entry);
      if (type === "file") addFile(path);
      else if (type === "folder" && entry.name !== "node_modules" && options.enters(path)) {
        await enter(path, depth + 1);
      }
    }
  };

  const typeOfLink = async (path: string): Promise<EntryType> => {
    try {
      const target = await realpath(join(root, path));
      if (target !== realRoot && !target.startsWith(realRoot + sep)) {
        if (options.accepts(path)) {
          problems.push({ path, reason: "The link leads out of the source's folder." });
        }
        return "other";
      }
      return typeOf(await stat(target));
    } catch (error) {
      if (options.accepts(path)) {
        problems.push({ path, reason: `The link cannot be followed: ${messageOf(error)}.` });
      }
      return "other";
    }
  };

  await enter("", 0);
  return { paths, problems };
}

type EntryType = "file" | "folder" | "other";

function typeOf(entry: { isFile(): boolean; isDirectory(): boolean }): EntryType {
  return entry.isFile() ? "file" : entry.isDirectory() ? "folder" : "other";
}

/** By code units, not by locale: the order must not depend on the machine. */
function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
