import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isValues } from "../site/values.ts";
import type { SourceCache } from "../source.ts";

export interface SourceCacheSettings {
  /** Absolute; made when it is not there. Holds the caches of many sources. */
  readonly folder: string;
  /** Whatever makes two sources different: the location and the settings that change its pages. */
  readonly identity: readonly unknown[];
  /** Name of the program's version. */
  readonly version: string;
  /** Called with the first entry that cannot be written; the load goes on. */
  readonly onFailure?: (error: unknown) => void;
}

/**
 * A cache with a file an entry, below a folder named after the source. Nothing is touched before
 * the first entry. Entries are renamed into place and not synced: after a power cut one may be cut
 * off, which its reader takes for absent.
 */
export function openSourceCache(settings: SourceCacheSettings): SourceCache {
  const folder = join(settings.folder, nameOf(JSON.stringify(settings.identity)).slice(0, 32));
  let hasFailed = false;
  const fileOf = (key: string): string => {
    const name = nameOf(key);
    return join(folder, "entries", name.slice(0, 2), `${name}.json`);
  };
  return {
    version: settings.version,
    folder,
    get: async (key) => readEntry(fileOf(key), key),
    async put(key, value) {
      try {
        await writeEntry(fileOf(key), JSON.stringify({ key, value }));
        return true;
      } catch (error) {
        if (!hasFailed) settings.onFailure?.(error);
        hasFailed = true;
        return false;
      }
    },
    async delete(key) {
      // An entry that cannot be removed is written over when its key comes again.
      await rm(fileOf(key), { force: true }).catch(() => {});
    },
  };
}

/** Pages of a private site are nobody else's business, so only the owner may look. */
async function writeEntry(file: string, content: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(temporary, content, { flag: "wx", mode: 0o600 });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function readEntry(file: string, key: string): Promise<unknown> {
  try {
    const entry: unknown = JSON.parse(await readFile(file, "utf8"));
    return isValues(entry) && entry["key"] === key ? entry["value"] : undefined;
  } catch {
    return undefined;
  }
}

function nameOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
