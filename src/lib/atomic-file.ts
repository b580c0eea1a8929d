import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

export interface AtomicFileOptions {
  /** Permission bits of the new file. Default 0o644; a key is 0o600. */
  readonly mode?: number;
}

/**
 * Writes a whole file so that a reader, or a restart after a power cut, sees the old content or the
 * new one and nothing between: a temporary file beside it is written, synced and renamed over it,
 * then the folder is synced so that the rename itself survives.
 *
 * @param content pieces are written before the next one is asked for.
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | string | Iterable<Uint8Array>,
  options: AtomicFileOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    // "wx": never follow or reuse something that was put there under this name.
    const file = await open(temporary, "wx", options.mode ?? 0o644);
    try {
      if (typeof content === "string" || ArrayBuffer.isView(content)) await file.writeFile(content);
      else for (const piece of content) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle;
  try {
    folder = await open(path, "r");
  } catch {
    return; // Windows cannot open a folder; there the rename is all there is.
  }
  try {
    await folder.sync();
  } catch {
    // Some network file systems refuse to sync a folder. The rename has happened all the same.
  } finally {
    await folder.close();
  }
}
