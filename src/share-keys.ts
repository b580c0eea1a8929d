import { readFile } from "node:fs/promises";
import { formatKeys, type KeyRecord, parseKeys, readKeyFile } from "./auth/key-file.ts";
import type { Storage } from "./certs/storage.ts";
import { writeFileAtomic } from "./lib/atomic-file.ts";
import { DocportError } from "./lib/errors.ts";

/** Where the keys of a fleet are in its storage. */
export const KEYS_KEY = "access/keys.json";

/** The keys that replicas share; those of the file as long as none were stored. */
export async function readSharedKeys(
  storage: Storage,
  path: string,
): Promise<readonly KeyRecord[]> {
  const stored = await storage.load(KEYS_KEY, { secret: true });
  return stored
    ? parseKeys(new TextDecoder().decode(stored), "the store")
    : await readKeyFile(path);
}

export interface ShareKeysOptions {
  readonly storage: Storage;
  /** The file that this replica takes its keys from: a copy of what is stored. */
  readonly path: string;
  readonly onError: (error: unknown) => void;
}

/**
 * Writes the keys that replicas share to this replica's file, now and whenever they change; the
 * server follows its file. Resolves after the first time, so that a replica does not start with keys
 * that were revoked; with the store away it is what the file has.
 */
export async function shareKeys({ storage, path, onError }: ShareKeysOptions): Promise<void> {
  let copying: Promise<void> = Promise.resolve();
  const copy = async (): Promise<void> => {
    try {
      const stored = await storage.load(KEYS_KEY, { secret: true });
      if (!stored) return;
      // What is not a list of keys must not take the place of one.
      const text = formatKeys(parseKeys(new TextDecoder().decode(stored), "the store"));
      if (text !== (await readFile(path, "utf8").catch(() => ""))) {
        await writeFileAtomic(path, text, { mode: 0o600 });
      }
    } catch (error) {
      const isAway = error instanceof DocportError && error.code === "ERR_STORE_AWAY";
      if (!isAway) onError(error);
    }
  };
  const next = (): Promise<void> => {
    copying = copying.then(copy);
    return copying;
  };
  storage.watch?.(KEYS_KEY, () => void next());
  await next();
}
