import { isValues, textAt, type Values } from "../site/values.ts";

/** A file of a commit, with the commit in which it was first seen as it is. */
export interface KnownFile {
  /** Below the subfolder that is read, with `/`. */
  readonly path: string;
  /** The id of its content. */
  readonly blob: string;
  readonly commit: string;
  /** Of that commit; milliseconds since the epoch. */
  readonly committedAt: number;
}

/** What a branch or tag was when it was last read. */
export interface RefState {
  readonly commit: string;
  readonly files: readonly KnownFile[];
}

const REGULAR_FILE = /^100(?:644|755|664)$/;
const MAX_PATH_CHARS = 1000;

/**
 * The files that `git ls-tree -r -z` lists below a subfolder. Links and submodules are left out:
 * what they lead to is not in the tree, or is there under its own name. So is what no file may be
 * called. A file that is as it was keeps the commit that it had.
 */
export function readTree(
  listing: string,
  subfolder: string,
  now: Pick<KnownFile, "commit" | "committedAt">,
  before: RefState | undefined,
): readonly KnownFile[] {
  const prefix = subfolder === "" ? "" : `${subfolder}/`;
  const earlier = new Map(before?.files.map((file) => [file.path, file]));
  return listing.split("\0").flatMap((line) => {
    const [, mode = "", blob = "", full = ""] =
      /^(\d{6}) blob ([0-9a-f]{40,64})\t([^]+)$/.exec(line) ?? [];
    if (!REGULAR_FILE.test(mode) || !full.startsWith(prefix)) return [];
    const path = full.slice(prefix.length);
    if (!isSafePath(path)) return [];
    const same = earlier.get(path);
    return [same?.blob === blob ? same : { path, blob, ...now }];
  });
}

function isSafePath(path: string): boolean {
  const isName = (part: string): boolean =>
    part !== "" && part !== "." && part !== ".." && part.length <= 255;
  return path.length <= MAX_PATH_CHARS && path.split("/").every(isName);
}

/** What was kept of a ref; undefined when it is not what it should be. */
export function refStateOf(value: unknown): RefState | undefined {
  if (!isValues(value) || !Array.isArray(value["files"])) return undefined;
  const commit = textAt(value, "commit");
  const files = value["files"].filter(isKnownFile);
  return commit === undefined || files.length !== value["files"].length
    ? undefined
    : { commit, files };
}

function isKnownFile(value: unknown): value is KnownFile {
  if (!isValues(value)) return false;
  const { path, blob, commit, committedAt }: Values = value;
  return (
    typeof path === "string" &&
    typeof blob === "string" &&
    typeof commit === "string" &&
    typeof committedAt === "number"
  );
}
