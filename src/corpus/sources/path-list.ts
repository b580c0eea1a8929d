import { DocportError } from "../../lib/errors.ts";
import type { Problem } from "../page.ts";
import type { FolderListing, WalkOptions } from "./walk-folder.ts";

/**
 * The files of a tree whose paths are all known, chosen and ordered by the rules of `walkFolder`:
 * hidden files and folders and `node_modules` are left out, and so is what is too deep.
 * Throws ERR_SOURCE_LIMIT when there are more files than `maxPages`.
 */
export function listPaths(
  name: string,
  paths: Iterable<string>,
  options: WalkOptions,
): FolderListing {
  const { limits, signal } = options;
  signal?.throwIfAborted();
  const entered = new Map<string, boolean>();
  const problems: Problem[] = [];

  const entersOne = (folder: string, name: string, depth: number): boolean => {
    if (name.startsWith(".") || name === "node_modules" || !options.enters(folder)) return false;
    if (depth <= limits.maxDepth) return true;
    problems.push({ path: folder, reason: `The folder is more than ${limits.maxDepth} deep.` });
    return false;
  };

  /** Whether all folders on the way to a file are entered. */
  const isReached = (path: string): boolean => {
    let depth = 0;
    for (let from = 0, to = path.indexOf("/"); to >= 0; to = path.indexOf("/", from)) {
      depth += 1;
      const folder = path.slice(0, to);
      const known = entered.get(folder) ?? entersOne(folder, path.slice(from, to), depth);
      entered.set(folder, known);
      if (!known) return false;
      from = to + 1;
    }
    return true;
  };

  const found: string[] = [];
  for (const path of paths) {
    if (path.startsWith(".", path.lastIndexOf("/") + 1)) continue;
    if (!options.accepts(path) || !isReached(path)) continue;
    found.push(path);
    if (found.length > limits.maxPages) {
      throw new DocportError(
        "ERR_SOURCE_LIMIT",
        `"${name}" has more than ${limits.maxPages} documents.`,
        { hint: "Point the source at fewer of them, or raise the limit of pages." },
      );
    }
  }
  return { paths: inOrder(found), problems };
}

/** By code units of the segments, as a walk from folder to folder meets them. */
function inOrder(paths: readonly string[]): readonly string[] {
  // No path holds a NUL, so it sorts a folder before whatever only begins with its name.
  const keys = new Map(paths.map((path) => [path, path.replaceAll("/", "\0")]));
  return paths.toSorted((a, b) => {
    const [keyA, keyB] = [keys.get(a) ?? a, keys.get(b) ?? b];
    return keyA < keyB ? -1 : keyA > keyB ? 1 : 0;
  });
}
