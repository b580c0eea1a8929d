import { DocportError } from "../lib/errors.ts";
import { assertStorageKey, type Lease, type Storage } from "./storage.ts";

interface Link {
  readonly target: string;
}

const MAX_LINKS = 8;

/** A {@link Storage} that forgets. For tests, drills, and servers that keep no state on purpose. */
export class MemoryStorage implements Storage {
  readonly #values: Map<string, Uint8Array | Link>;
  readonly #locks = new Map<string, AbortSignal>();

  /** With `from`, starts as a copy of it with all leases free: what a restart finds on its disk. */
  constructor(from?: MemoryStorage) {
    this.#values = new Map(from ? from.#values : []);
  }

  load(key: string): Promise<Uint8Array | undefined> {
    assertStorageKey(key);
    const direct = this.#values.get(key);
    const value = direct instanceof Uint8Array ? direct : this.#values.get(this.#resolve(key));
    return Promise.resolve(value instanceof Uint8Array ? value.slice() : undefined);
  }

  store(key: string, value: Uint8Array | string): Promise<void> {
    assertStorageKey(key);
    this.#values.set(
      key,
      typeof value === "string" ? new TextEncoder().encode(value) : value.slice(),
    );
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    assertStorageKey(key);
    for (const each of this.#values.keys()) {
      if (each === key || each.startsWith(`${key}/`)) this.#values.delete(each);
    }
    return Promise.resolve();
  }

  list(prefix: string): Promise<string[]> {
    if (prefix !== "") assertStorageKey(prefix);
    const keys = [...this.#values.keys()];
    return Promise.resolve(
      keys.filter((key) => prefix === "" || key.startsWith(`${prefix}/`)).toSorted(),
    );
  }

  link(key: string, target: string): Promise<void> {
    assertStorageKey(key);
    assertStorageKey(target);
    this.#values.set(key, { target });
    return Promise.resolve();
  }

  tryLock(name: string): Promise<Lease | undefined> {
    assertStorageKey(name);
    if (this.#locks.has(name)) return Promise.resolve(undefined);
    const { signal } = new AbortController();
    this.#locks.set(name, signal);
    const release = (): Promise<void> => {
      if (this.#locks.get(name) === signal) this.#locks.delete(name);
      return Promise.resolve();
    };
    return Promise.resolve({ signal, release, [Symbol.asyncDispose]: release });
  }

  /** Follows links in every part of the path, as a file system does. */
  #resolve(key: string): string {
    let path = key;
    for (let followed = 0; followed < MAX_LINKS; followed++) {
      const parts = path.split("/");
      const end = parts.findIndex((_, i) => this.#isLink(parts.slice(0, i + 1).join("/")));
      if (end < 0) return path;
      const link = this.#values.get(parts.slice(0, end + 1).join("/"));
      if (!link || link instanceof Uint8Array) return path;
      path = [link.target, ...parts.slice(end + 1)].join("/");
    }
    throw new DocportError("ERR_STORAGE_LINK", `storage: ${key} is a link to itself`);
  }

  #isLink(path: string): boolean {
    const value = this.#values.get(path);
    return value !== undefined && !(value instanceof Uint8Array);
  }
}
