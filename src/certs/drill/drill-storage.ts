import { DocportError } from "../../lib/errors.ts";
import { MemoryStorage } from "../memory-storage.ts";
import type { Lease, Storage } from "../storage.ts";

/** A disk in memory that can be full. Values that were read are shared: nobody here changes them. */
export class DrillStorage implements Storage {
  #disk = new MemoryStorage();
  /** A keeper reads the same files fifty thousand times a year. */
  readonly #read = new Map<string, Uint8Array | undefined>();
  readonly #listed = new Map<string, string[]>();
  isFull = false;

  /** What a new process finds: the same files, and nobody who holds a lease. */
  freeLeases(): void {
    this.#disk = new MemoryStorage(this.#disk);
  }

  async load(key: string): Promise<Uint8Array | undefined> {
    if (!this.#read.has(key)) this.#read.set(key, await this.#disk.load(key));
    return this.#read.get(key);
  }

  async store(key: string, value: Uint8Array | string): Promise<void> {
    this.#beginWrite(key);
    await this.#disk.store(key, value);
  }

  async delete(key: string): Promise<void> {
    this.#forget();
    await this.#disk.delete(key);
  }

  async list(prefix: string): Promise<string[]> {
    const listed = this.#listed.get(prefix) ?? (await this.#disk.list(prefix));
    this.#listed.set(prefix, listed);
    return listed;
  }

  async link(key: string, target: string): Promise<void> {
    this.#beginWrite(key);
    await this.#disk.link(key, target);
  }

  tryLock(name: string): Promise<Lease | undefined> {
    return this.#disk.tryLock(name);
  }

  #beginWrite(key: string): void {
    if (this.isFull) {
      throw new DocportError("ERR_STORAGE_FULL", `storage: the disk is full: cannot write ${key}`, {
        hint: "Free some space on it.",
      });
    }
    this.#forget();
  }

  #forget(): void {
    this.#read.clear();
    this.#listed.clear();
  }
}
