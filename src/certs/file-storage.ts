import { randomBytes } from "node:crypto";
import { watch } from "node:fs";
import { chmod, mkdir, open, readdir, rename, rm, stat, symlink } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { writeFileAtomic } from "../lib/atomic-file.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { DocportError, systemCodeOf } from "../lib/errors.ts";
import { FileLock, type LockOwner, thisProcess } from "./file-lock.ts";
import {
  assertStorageKey,
  type Lease,
  type LoadOptions,
  MAX_VALUE_BYTES,
  type Storage,
  type StoreOptions,
} from "./storage.ts";
import { storageError } from "./storage-error.ts";

export interface FileStorageOptions {
  /** Time of the lock's heartbeat. Default: the system's. */
  readonly clock?: Clock;
  /** How this process signs its locks. Default: what the system says. */
  readonly owner?: LockOwner;
}

/** What an atomic write that was killed leaves behind. */
const LEFTOVER = /^\..+\.[0-9a-f]{12}\.tmp$|\.lock\.[0-9a-f]{12}\.tmp$/;
const LEFTOVER_AGE_MS = 3_600_000;

/** A {@link Storage} in a folder: private keys 0600, our own folders 0700, both repaired. */
export class FileStorage implements Storage {
  readonly #root: string;
  readonly #clock: Clock;
  readonly #owner: LockOwner | undefined;

  /** Nothing is touched before the first call; a missing folder is made by the first write. */
  constructor(root: string, options: FileStorageOptions = {}) {
    this.#root = root;
    this.#clock = options.clock ?? systemClock;
    this.#owner = options.owner;
  }

  /** The folder that holds everything. */
  get root(): string {
    return this.#root;
  }

  async load(key: string, options: LoadOptions = {}): Promise<Uint8Array | undefined> {
    const path = this.#pathOf(key);
    try {
      if (options.secret) await narrowMode(path, 0o600);
      const file = await open(path, "r");
      try {
        const { size } = await file.stat();
        if (size > MAX_VALUE_BYTES) {
          throw new DocportError("ERR_STORAGE_IO", `storage: ${path} is too large: ${size} bytes`);
        }
        return await file.readFile();
      } finally {
        await file.close();
      }
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
      throw storageError("read", path, error);
    }
  }

  async store(key: string, value: Uint8Array | string, options: StoreOptions = {}): Promise<void> {
    const path = this.#pathOf(key);
    try {
      await this.#makeFolder(dirname(path));
      await writeFileAtomic(path, value, { mode: options.secret ? 0o600 : 0o644 });
    } catch (error) {
      throw storageError("write", path, error);
    }
  }

  async delete(key: string): Promise<void> {
    const path = this.#pathOf(key);
    try {
      await rm(path, { recursive: true, force: true });
    } catch (error) {
      throw storageError("write", path, error);
    }
  }

  async list(prefix: string): Promise<string[]> {
    const path = prefix === "" ? this.#root : this.#pathOf(prefix);
    try {
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory() && !LEFTOVER.test(entry.name))
        .map((entry) => relative(this.#root, join(entry.parentPath, entry.name)))
        .map((name) => name.replaceAll("\\", "/"))
        .toSorted();
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === "ENOENT" || code === "ENOTDIR") return [];
      throw storageError("read", path, error);
    }
  }

  async link(key: string, target: string): Promise<void> {
    const path = this.#pathOf(key);
    const to = relative(dirname(path), this.#pathOf(target));
    const temporary = join(
      dirname(path),
      `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`,
    );
    try {
      await this.#makeFolder(dirname(path));
      await symlink(to, temporary);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      const hasNoLinks = ["ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EINVAL", "EPERM"];
      if (!hasNoLinks.includes(systemCodeOf(error) ?? "")) throw storageError("write", path, error);
      throw new DocportError("ERR_STORAGE_LINK", `storage: no symbolic links at ${path}`, {
        hint: "Keep the certificates folder on a file system with symbolic links.",
        cause: error,
      });
    }
  }

  async tryLock(name: string): Promise<Lease | undefined> {
    const path = this.#pathOf(`.docport/locks/${name}.lock`);
    try {
      await this.#makeFolder(dirname(path));
      const owner = this.#owner ?? (await thisProcess());
      return await new FileLock(path, owner, this.#clock).tryAcquire();
    } catch (error) {
      throw storageError("write", path, error);
    }
  }

  watch(key: string, onChange: () => void): (() => void) | undefined {
    const path = this.#pathOf(key);
    try {
      const watcher = watch(dirname(path), { persistent: false }, (_, name) => {
        if (name === basename(path)) onChange();
      });
      watcher.on("error", () => watcher.close());
      return () => watcher.close();
    } catch {
      // No such folder yet, no watches left, a file system that cannot: whoever cares looks again.
      return undefined;
    }
  }

  /** Removes what killed writes left behind. Never rejects: it is housekeeping. */
  async sweep(): Promise<void> {
    const entries = await readdir(this.#root, { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    for (const entry of entries) {
      if (entry.isDirectory() || !LEFTOVER.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      const made = await stat(path).catch(() => undefined);
      // Real time: the file system stamps it. A younger one may be another process's work.
      if (made && Date.now() - made.mtimeMs < LEFTOVER_AGE_MS) continue;
      await rm(path, { force: true }).catch(() => undefined);
    }
  }

  #pathOf(key: string): string {
    assertStorageKey(key);
    return join(this.#root, key);
  }

  async #makeFolder(path: string): Promise<void> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    // The user's own folder may be readable by others, but nobody else may swap files in it.
    await narrowMode(path, path === this.#root ? 0o755 : 0o700);
  }
}

/** Takes away permission bits beyond `most`. */
async function narrowMode(path: string, most: number): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o777 & ~most) === 0) return;
  try {
    await chmod(path, mode & most);
  } catch {
    // A mounted secret, a read-only volume, another owner: the operator chose these permissions.
  }
}
