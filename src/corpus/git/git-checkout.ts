import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BlobReader, GitProgram } from "./git-program.ts";

/** Leftovers of a load that was killed are removed after this. */
const STALE_MS = 24 * 60 * 60_000;

export interface GitCheckoutSettings {
  readonly git: GitProgram;
  /** The full name of a ref, or a commit. */
  readonly ref: string;
  /** Where the repository of one load is made; the system's folder when that cannot be. */
  readonly folder: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * One commit of a repository, fetched when something of it is first asked for. It is a bare
 * repository without history and, where the server can leave them out, with the contents of no
 * files but those that are read; it is gone when the load is over.
 */
export class GitCheckout implements AsyncDisposable {
  readonly #settings: GitCheckoutSettings;
  #opened: Promise<string> | undefined;
  #reader: BlobReader | undefined;
  /** Blobs are read one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(settings: GitCheckoutSettings) {
    this.#settings = settings;
  }

  /** The commit and its files, as `git ls-tree -r -z` writes them. */
  async look(): Promise<{ commit: string; committedAt: number; listing: string }> {
    const { git } = this.#settings;
    const folder = await this.#folder();
    const shown = await git.in(folder, [
      "show",
      "-s",
      "--format=%H %ct",
      "refs/docport/head^{commit}",
      "--",
    ]);
    const [commit = "", seconds = "0"] = shown.toString("utf8").trim().split(" ");
    const listing = await git.in(folder, ["ls-tree", "-r", "-z", "--full-tree", commit, "--"]);
    return { commit, committedAt: Number(seconds) * 1000, listing: listing.toString("utf8") };
  }

  /** Gets the blobs that are not here yet, in one request. */
  async prefetch(blobs: readonly string[]): Promise<void> {
    if (blobs.length === 0) return;
    const { git } = this.#settings;
    const folder = await this.#folder();
    const missing = await git.missingObjects(folder);
    await git.fetchBlobs(
      folder,
      [...new Set(blobs)].filter((blob) => missing.has(blob)),
    );
  }

  /** The bytes of a blob, or their number when there are more than `maxBytes`. */
  async read(blob: string, maxBytes: number): Promise<Uint8Array | number> {
    const folder = await this.#folder();
    this.#reader ??= this.#settings.git.openBlobs(folder);
    const reader = this.#reader;
    const reading = this.#last.then(() => reader.read(blob, maxBytes));
    this.#last = reading.catch(() => {});
    return reading;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader?.[Symbol.asyncDispose]();
    const folder = await this.#opened?.catch(() => undefined);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }

  #folder(): Promise<string> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async #open(): Promise<string> {
    const { git, ref, now } = this.#settings;
    const folder = await this.#makeFolder();
    try {
      await git.fetch(folder, ref);
      return folder;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    } finally {
      await removeStale(join(folder, ".."), now);
    }
  }

  async #makeFolder(): Promise<string> {
    const { folder } = this.#settings;
    if (folder !== undefined) {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        return await mkdtemp(join(folder, PREFIX));
      } catch {
        // A cache that cannot be written to is no reason not to read.
      }
    }
    return mkdtemp(join(tmpdir(), PREFIX));
  }
}

const PREFIX = "docport-git-";

async function removeStale(parent: string, now: number): Promise<void> {
  for (const name of await readdir(parent).catch((): string[] => [])) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(parent, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }));
    if (now - mtimeMs > STALE_MS) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
