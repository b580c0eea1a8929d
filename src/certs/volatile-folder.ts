/**
 * Whether what is kept in a folder is gone after a restart, by /proc/self/mountinfo: a sentence and a
 * fix. Undefined when it stays, or when the text does not tell.
 */
export function judgeVolatility(
  mountInfo: string,
  folder: string,
): { readonly sentence: string; readonly fix: string } | undefined {
  const where = VOLATILE.get(fileSystemOf(mountInfo, folder) ?? "");
  if (where === undefined) return undefined;
  return {
    sentence: `${folder} is ${where}: the certificate and the account are gone after a restart.`,
    fix: "Mount a volume there, or name another folder with --certs.",
  };
}

const VOLATILE: ReadonlyMap<string, string> = new Map([
  ["tmpfs", "in memory (tmpfs)"],
  ["ramfs", "in memory (ramfs)"],
  ["overlay", "inside the container (overlay)"],
  ["aufs", "inside the container (aufs)"],
]);

const OCTAL = /\\([0-7]{3})/g;

/**
 * Type of the file system that an absolute path is on, by /proc/self/mountinfo (proc(5)): the mount
 * point that is the longest beginning of the path. Undefined when the text does not tell.
 */
export function fileSystemOf(mountInfo: string, path: string): string | undefined {
  let best: { readonly point: string; readonly type: string } | undefined;
  for (const line of mountInfo.split("\n")) {
    const [left = "", right = ""] = line.split(" - ");
    const point = left
      .split(" ")[4]
      ?.replaceAll(OCTAL, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
    const type = right.split(" ")[0];
    if (point === undefined || !type) continue;
    const isAbove = path === point || path.startsWith(point === "/" ? "/" : `${point}/`);
    // A later mount on the same point hides the earlier one.
    if (isAbove && point.length >= (best?.point.length ?? 0)) best = { point, type };
  }
  return best?.type;
}
