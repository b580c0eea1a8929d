/**
 * The path of an archive's entry below its root, `./` and doubled slashes removed; undefined when it
 * is absolute, leads out of the archive, or is no path that all systems agree on.
 */
export function entryPath(name: string): string | undefined {
  if (/^(?:[/\\]|[A-Za-z]:)/.test(name) || name.includes("\0")) return undefined;
  const segments = name.split(/[/\\]/).filter((segment) => segment !== "" && segment !== ".");
  return segments.includes("..") || segments.length === 0 ? undefined : segments.join("/");
}

/**
 * The folder that programs put round everything and name after the archive (`docs-1.2.zip` holds
 * `docs-1.2/`), with its slash; "" when there is none.
 */
export function wrappingFolder(archive: string, paths: Iterable<string>): string {
  const name = archive.slice(Math.max(archive.lastIndexOf("/"), archive.lastIndexOf("\\")) + 1);
  const folder = `${name.replace(/\.(?:zip|tar|tar\.gz|tgz)$/i, "")}/`;
  for (const path of paths) if (!path.startsWith(folder)) return "";
  return folder;
}
