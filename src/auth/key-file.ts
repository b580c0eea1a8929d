import { open } from "node:fs/promises";
import { writeFileAtomic } from "../lib/atomic-file.ts";
import { DocportError, messageOf, systemCodeOf } from "../lib/errors.ts";
import { isScope } from "./scope.ts";

/** A key as it is kept: everything but the key. */
export interface KeyRecord {
  /** First ten hex digits of the hash: whoever finds a key can tell which one it is. */
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the key, in hex. */
  readonly hash: string;
  readonly scopes: readonly string[];
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
  /** Epoch milliseconds; absent: it does not expire. */
  readonly expiresAtMs?: number;
}

/** Most keys in a file: each request with a key is compared with all of them. */
export const MAX_KEYS = 1_000;
const MAX_FILE_BYTES = 1024 * 1024;
const FORMAT = 1;

/**
 * The keys of a file; none when there is no file. Rejects with a `DocportError` `ERR_KEYS_FILE` when
 * it cannot be read or is not such a file.
 */
export async function readKeyFile(path: string): Promise<readonly KeyRecord[]> {
  try {
    return parseKeys(await readBounded(path), path);
  } catch (cause) {
    if (systemCodeOf(cause) === "ENOENT") return [];
    throw cause instanceof DocportError ? cause : unreadable(path, messageOf(cause), cause);
  }
}

/**
 * The keys of what {@link formatKeys} wrote. Throws a `DocportError` `ERR_KEYS_FILE` for anything
 * else.
 *
 * @param path where it was read, for people.
 */
export function parseKeys(text: string, path: string): readonly KeyRecord[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, "it is not JSON", cause);
  }
  const keys = isRecord(value) && value["format"] === FORMAT ? value["keys"] : undefined;
  if (!Array.isArray(keys)) throw unreadable(path, "it is not a file of keys");
  if (keys.length > MAX_KEYS) throw unreadable(path, `it has more than ${MAX_KEYS} keys`);
  return keys.map((key, index) => {
    const record = parseRecord(key);
    if (!record) throw unreadable(path, `its entry ${index + 1} is not a key`);
    return record;
  });
}

export function formatKeys(keys: readonly KeyRecord[]): string {
  const content = {
    format: FORMAT,
    keys: keys.map(({ createdAtMs, expiresAtMs, ...rest }) => ({
      ...rest,
      createdAt: new Date(createdAtMs).toISOString(),
      ...(expiresAtMs === undefined ? {} : { expiresAt: new Date(expiresAtMs).toISOString() }),
    })),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Replaces the file in one step; only its owner can read it. */
export async function writeKeyFile(path: string, keys: readonly KeyRecord[]): Promise<void> {
  try {
    await writeFileAtomic(path, formatKeys(keys), { mode: 0o600 });
  } catch (cause) {
    throw new DocportError(
      "ERR_KEYS_FILE",
      `the file of keys ${path} cannot be written: ${messageOf(cause)}`,
      { cause, hint: "Check the permissions of its folder and the space on the disk." },
    );
  }
}

async function readBounded(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size > MAX_FILE_BYTES) throw unreadable(path, `it is larger than ${MAX_FILE_BYTES} bytes`);
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytes.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

function parseRecord(value: unknown): KeyRecord | undefined {
  if (!isRecord(value)) return undefined;
  const { id, name, hash, scopes, createdAt, expiresAt } = value;
  if (typeof id !== "string" || typeof name !== "string") return undefined;
  if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) return undefined;
  if (!Array.isArray(scopes) || !scopes.every(isScope)) return undefined;
  const createdAtMs = timeOf(createdAt);
  const expiresAtMs = timeOf(expiresAt);
  // A limit that cannot be read must not become no limit.
  if (createdAtMs === undefined || (expiresAt !== undefined && expiresAtMs === undefined)) {
    return undefined;
  }
  const limit = expiresAtMs === undefined ? {} : { expiresAtMs };
  return { id, name, hash, scopes, createdAtMs, ...limit };
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unreadable(path: string, why: string, cause?: unknown): DocportError {
  return new DocportError("ERR_KEYS_FILE", `the file of keys ${path} cannot be used: ${why}`, {
    cause,
    hint: "Restore it, or remove it and create the keys anew with `docport keys create`.",
  });
}
