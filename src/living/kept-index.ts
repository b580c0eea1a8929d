import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../lib/atomic-file.ts";
import { messageOf, systemCodeOf } from "../lib/errors.ts";

export interface KeptIndexOptions {
  /** Absolute; made when it is not there. Holds the kept indexes of many configurations. */
  readonly folder: string;
  /**
   * Whatever makes the index of one configuration another than that of the next: its sources and
   * the settings that change their pages. A JSON value.
   */
  readonly identity: unknown;
  /** Told, in a sentence, why what is there is not used. Nothing of it is an error. */
  readonly onUnused?: (reason: string) => void;
}

/** An index with what was noted beside it. */
export interface KeptIndexContent {
  /** An index file. Read, but not opened: whoever opens it finds out whether it is whole. */
  readonly bytes: Uint8Array;
  /** Where that file is. It is never written again: the next index is a file of another name. */
  readonly path: string;
  /** What {@link KeptIndex.write} was given. */
  readonly notes: unknown;
}

/** The name of the record that names the index file; written last, so that the two always belong together. */
const RECORD = "current.json";
/** Notes of a million pages are some 100 MB. */
const MAX_RECORD_BYTES = 256_000_000;
const MAX_INDEX_BYTES = 2 ** 31;
/** What another process writes at the moment is younger than that. */
const STALE_MS = 3_600_000;

/**
 * The last good index of one configuration, on the disk. Nothing depends on it: what is missing, cut
 * off or of another version is as if it had never been there. A kill at any moment leaves the index
 * before or the new one, and files that the next write removes.
 */
export class KeptIndex {
  readonly #folder: string;
  readonly #onUnused: (reason: string) => void;

  constructor({ folder, identity, onUnused = () => {} }: KeptIndexOptions) {
    const digest = createHash("sha256").update(JSON.stringify(identity)).digest("hex");
    this.#folder = join(folder, "index", digest.slice(0, 32));
    this.#onUnused = onUnused;
  }

  /**
   * Keeps an index file in the place of the one before, and gives its path. Only the owner may read
   * it: private pages are in it. Rejects when the disk refuses; then the one before is still there.
   *
   * @param revision of the index, in letters and digits.
   * @param notes a JSON value that {@link read} gives back.
   */
  async write(revision: string, bytes: Uint8Array, notes: unknown = null): Promise<string> {
    if (!isRevision(revision)) throw new RangeError(`"${revision}" is no revision of an index`);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const name = fileOf(revision);
    const record = JSON.stringify({ revision, sizeBytes: bytes.byteLength, notes });
    await writeFileAtomic(join(this.#folder, name), bytes, { mode: 0o600 });
    await writeFileAtomic(join(this.#folder, RECORD), record, { mode: 0o600 });
    await this.#removeOthers(name);
    return join(this.#folder, name);
  }

  /** The index that was kept last. Does not reject. */
  async read(): Promise<KeptIndexContent | undefined> {
    try {
      const record = readRecord(await readBounded(join(this.#folder, RECORD), MAX_RECORD_BYTES));
      const path = join(this.#folder, fileOf(record.revision));
      const bytes = await readBounded(path, MAX_INDEX_BYTES);
      if (bytes.byteLength !== record.sizeBytes) {
        throw new RangeError(`it has ${bytes.byteLength} of ${record.sizeBytes} bytes`);
      }
      return { bytes, path, notes: record.notes };
    } catch (error) {
      if (systemCodeOf(error) !== "ENOENT") {
        this.#onUnused(`the index kept in ${this.#folder} cannot be used: ${messageOf(error)}`);
      }
      return undefined;
    }
  }

  /** Indexes before this one, and what a killed process left. */
  async #removeOthers(name: string): Promise<void> {
    const others = await readdir(this.#folder).catch(() => []);
    for (const other of others) {
      const path = join(this.#folder, other);
      const isOlderIndex = other.endsWith(".docport") && other !== name;
      if (!isOlderIndex && !(other.endsWith(".tmp") && (await isStale(path)))) continue;
      await rm(path, { force: true }).catch(() => {});
    }
  }
}

interface IndexRecord {
  readonly revision: string;
  readonly sizeBytes: number;
  readonly notes: unknown;
}

function readRecord(bytes: Uint8Array): IndexRecord {
  const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  const fields = typeof value === "object" ? value : {};
  const { revision, sizeBytes, notes }: Partial<Record<keyof IndexRecord, unknown>> = { ...fields };
  // The revision becomes a file's name.
  if (typeof revision !== "string" || !isRevision(revision) || typeof sizeBytes !== "number") {
    throw new RangeError(`${RECORD} is not a record of an index`);
  }
  return { revision, sizeBytes, notes };
}

function isRevision(text: string): boolean {
  return /^[\da-z]{1,64}$/i.test(text);
}

function fileOf(revision: string): string {
  return `${revision}.docport`;
}

async function readBounded(path: string, maxBytes: number): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > maxBytes) throw new RangeError(`${path} is larger than ${maxBytes} bytes`);
  return readFile(path);
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > STALE_MS;
  } catch {
    return false;
  }
}
