import { fileKindOf } from "../site/site-layout.ts";
import type { FileTree } from "../sources/file-tree.ts";

export interface ArchiveSettings {
  /** Largest file that is unpacked, in bytes. */
  readonly maxFileBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** Whether a file is an archive that can be read, by its name. */
export function isArchive(name: string): boolean {
  return /\.(?:zip|tar|tar\.gz|tgz)$/i.test(name);
}

/** Opens an archive as a tree of files. Throws like `openZip` and `openTar`. */
export async function openArchive(
  path: string,
  name: string,
  { maxFileBytes, signal }: ArchiveSettings,
): Promise<FileTree> {
  if (/\.zip$/i.test(path)) {
    const { openZip } = await import("./open-zip.ts");
    return openZip(path, name, signal);
  }
  const { openTar } = await import("./open-tar.ts");
  return openTar(path, name, { keeps: mayBeRead, maxFileBytes, signal });
}

/** Documents, and the configuration of sites. */
function mayBeRead(name: string): boolean {
  return fileKindOf(name) !== undefined || /\.toml$/i.test(name);
}
