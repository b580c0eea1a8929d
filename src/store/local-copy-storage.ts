import type { Lease, LoadOptions, Storage, StoreOptions } from "../certs/storage.ts";
import { DocportError } from "../lib/errors.ts";

export interface LocalCopyOptions {
  /** What all replicas share. */
  readonly shared: Storage;
  /** This replica's own copy of what it has read. */
  readonly local: Storage;
  /** Told of the first value that cannot be kept here, and again after one that could. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * A {@link Storage} that goes on reading while the shared one is away. What is read from there is
 * kept here, so that a replica serves what it had, also after a restart; nothing is written, and no
 * lease is given, while the shared one cannot be asked.
 */
export class LocalCopyStorage implements Storage {
  readonly #options: LocalCopyOptions;
  readonly isShared = true;
  readonly #watches = new Set<{ readonly key: string; readonly onChange: () => void }>();
  #isTroubled = false;

  constructor(options: LocalCopyOptions) {
    this.#options = options;
  }

  async load(key: string, options: LoadOptions = {}): Promise<Uint8Array | undefined> {
    const { shared, local } = this.#options;
    let value: Uint8Array | undefined;
    try {
      value = await shared.load(key, options);
    } catch (error) {
      if (isAway(error)) return local.load(key, options);
      throw error;
    }
    await this.#keep(async () => {
      const known = await local.load(key, options);
      if (value === undefined) {
        if (known !== undefined) await local.delete(key);
      } else if (known === undefined || !Buffer.from(value).equals(known)) {
        await local.store(key, value, options);
      }
    });
    return value;
  }

  async store(key: string, value: Uint8Array | string, options: StoreOptions = {}): Promise<void> {
    const { shared, local } = this.#options;
    await shared.store(key, value, options);
    await this.#keep(() => local.store(key, value, options));
  }

  async delete(key: string): Promise<void> {
    const { shared, local } = this.#options;
    await shared.delete(key);
    await this.#keep(() => local.delete(key));
  }

  async list(prefix: string): Promise<string[]> {
    const { shared, local } = this.#options;
    try {
      return await shared.list(prefix);
    } catch (error) {
      if (isAway(error)) return local.list(prefix);
      throw error;
    }
  }

  /** The copy has no links: what is loaded through one is kept under the name it was asked by. */
  link(key: string, target: string): Promise<void> {
    return this.#options.shared.link(key, target);
  }

  tryLock(name: string): Promise<Lease | undefined> {
    return this.#options.shared.tryLock(name);
  }

  watch(key: string, onChange: () => void): () => void {
    const watch = { key, onChange };
    this.#watches.add(watch);
    return () => void this.#watches.delete(watch);
  }

  /** Tells whoever watches that another replica has changed a value, or may have changed any. */
  tell(key: string | undefined): void {
    for (const watch of this.#watches) {
      if (key === undefined || key === watch.key) watch.onChange();
    }
  }

  /** A full disk here is no reason to fail: the value itself is safe. */
  async #keep(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#isTroubled = false;
    } catch (error) {
      if (!this.#isTroubled) this.#options.onTrouble(error);
      this.#isTroubled = true;
    }
  }
}

function isAway(error: unknown): boolean {
  return error instanceof DocportError && error.code === "ERR_STORE_AWAY";
}
