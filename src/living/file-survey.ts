import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { systemCodeOf } from "../lib/errors.ts";

/** What is at a place, in so far as a change of it can be told. */
export interface Survey {
  /** Equal as long as no file has come, gone, been written or been replaced. */
  readonly mark: string;
  /** Folders in which that would happen; absolute. */
  readonly folders: readonly string[];
}

/** Folders as deep as this are entered; sources enter none that is deeper. */
const MAX_DEPTH = 64;
/** Entries looked at; what is beyond is read all the same, but its changes go unnoticed. */
const MAX_ENTRIES = 1_000_000;
const CONCURRENCY = 16;

/**
 * Looks at a file, or at every file below a folder but hidden ones and those of node_modules, as
 * sources do. Links are followed within the folder. Nothing is read, and a place where there is nothing is a place.
 */
export async function surveyFiles(root: string): Promise<Survey> {
  const marks: string[] = [];
  const folders: string[] = [];
  const seen = new Set<string>();
  let realRoot: string | undefined;
  const look = async (path: string, depth: number): Promise<void> => {
    const found = await statOf(path);
    // ctime changes with the content, the name's target and the permissions, and nobody can set it.
    if (typeof found === "string") marks.push(`${path}\0${found}`);
    else if (!found.isDirectory())
      marks.push(`${path}\0${found.ino}\0${found.size}\0${found.ctimeNs}`);
    else await enter(path, depth);
  };
  const enter = async (path: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH || marks.length + seen.size > MAX_ENTRIES) return;
    try {
      const real = await realpath(path);
      // By their real names, folders are the same whichever of several links led there first.
      marks.push(`${path}\0${real}`);
      realRoot ??= real;
      const isWithin = real === realRoot || real.startsWith(realRoot + sep);
      if (!isWithin || seen.has(real)) return;
      seen.add(real);
      const names = (await readdir(real)).filter(isSeen);
      folders.push(real);
      for (let at = 0; at < names.length; at += CONCURRENCY) {
        const some = names.slice(at, at + CONCURRENCY);
        await Promise.all(some.map((name) => look(join(real, name), depth + 1)));
      }
    } catch (error) {
      marks.push(`${path}\0${systemCodeOf(error)}`);
    }
  };
  await look(root, 0);
  const hash = createHash("sha256");
  for (const mark of marks.toSorted()) hash.update(mark).update("\n");
  return { mark: hash.digest("base64url"), folders };
}

function isSeen(name: string): boolean {
  return !name.startsWith(".") && name !== "node_modules";
}

/** The stat, or the code of why there is none. */
async function statOf(path: string): Promise<BigIntStats | string> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    return systemCodeOf(error) ?? "";
  }
}
