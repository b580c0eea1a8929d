import { extname } from "node:path";

/**
 * The folder that this program runs from: `src`, or `dist`, where the file that this has become a
 * part of may be in any folder.
 */
const OWN_FOLDER =
  /^.*\/(?:dist|src)\//.exec(import.meta.url)?.[0] ?? new URL("../", import.meta.url).href;

/** A file of this package that is no module of this process, by its path under `src`. */
export function ownFile(path: string): URL {
  return new URL(path, OWN_FOLDER);
}

/** A module that another thread or process begins with, by its path under `src` without `.ts`. */
export function ownModule(path: string): URL {
  return ownFile(`${path}${extname(import.meta.url)}`);
}
