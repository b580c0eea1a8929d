export interface LoadOptions {
  /** The value is a private key: file permissions that let others read it are narrowed first. */
  readonly secret?: boolean;
}

export interface StoreOptions {
  /** The value is a private key: only its owner may read it (0600 on a file system). */
  readonly secret?: boolean;
}

/** The right to be the only one who orders and writes, until it is released or lost. */
export interface Lease extends AsyncDisposable {
  /** Aborts when somebody else took the lease over, because we looked dead to them. */
  readonly signal: AbortSignal;
  /** Gives the lease up. Resolves even when it was lost before. */
  release(): Promise<void>;
}

/**
 * Where certificates, keys, the account and the ledger live.
 *
 * - Keys are relative paths of `A-Z a-z 0-9 . _ -` joined by "/"; anything else is a RangeError.
 * - `store()` is atomic and durable: after it resolves the value survives a power cut, and a
 *   reader sees the old value or the new one.
 * - `load()` of a missing key resolves to undefined; it does not reject.
 * - Safe to call concurrently, and from several processes. Who reads, decides and writes holds a
 *   lease meanwhile, and checks after taking it that the work still needs doing.
 * - The world's failures reject with a `DocportError` of an `ERR_STORAGE_*` code.
 */
export interface Storage {
  load(key: string, options?: LoadOptions): Promise<Uint8Array | undefined>;
  store(key: string, value: Uint8Array | string, options?: StoreOptions): Promise<void>;
  /** Removes the key, and everything under it when others begin with it and "/". */
  delete(key: string): Promise<void>;
  /** All keys under the folder `prefix` ("" for everything), sorted, links not followed. */
  list(prefix: string): Promise<string[]>;
  /**
   * Makes `key` another name for `target`, atomically replacing what was there; loading `key`, or a
   * key under it, then loads the target's. Rejects with `ERR_STORAGE_LINK` where there are no links.
   */
  link(key: string, target: string): Promise<void>;
  /** The lease, or undefined when somebody who is alive holds it. Does not wait. */
  tryLock(name: string): Promise<Lease | undefined>;
  /**
   * Calls back soon after another process changed `key`, until the returned function is called.
   * Where changes cannot be seen it is absent, or answers undefined: then somebody has to look.
   */
  watch?(key: string, onChange: () => void): (() => void) | undefined;
  /** Other machines work on it, too. Default false. */
  readonly isShared?: boolean;
}

/** No value that we keep comes near this; a larger one is not ours and is not read into memory. */
export const MAX_VALUE_BYTES: number = 16 * 1024 * 1024;

const KEY = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;

/** Throws RangeError unless `key` is a plain relative path that cannot leave the storage. */
export function assertStorageKey(key: string): void {
  const isPlain = key.length <= 512 && KEY.test(key);
  if (!isPlain || key.split("/").some((part) => part === "." || part === "..")) {
    throw new RangeError(`storage key: expected a plain relative path, got ${JSON.stringify(key)}`);
  }
}

/** Loads a UTF-8 text; undefined when the key is missing. */
export async function loadText(
  storage: Storage,
  key: string,
  options: LoadOptions = {},
): Promise<string | undefined> {
  const value = await storage.load(key, options);
  return value && new TextDecoder().decode(value);
}
