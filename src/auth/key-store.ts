import { timingSafeEqual } from "node:crypto";
import { stat } from "node:fs/promises";
import type { Clock } from "../lib/clock.ts";
import { systemCodeOf } from "../lib/errors.ts";
import { hashBearerKey, isBearerKey } from "./bearer-key.ts";
import { type KeyRecord, readKeyFile } from "./key-file.ts";

/** How long a file is taken to be what it was: a revoked key is refused within this time. */
const LOOK_AGAIN_AFTER_MS = 1_000;

export interface KeyStoreOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Told when the file can no longer be used, once for each state of it. */
  readonly onError?: (error: unknown) => void;
}

/**
 * The keys of a file that may change at any time: a key works a second after it was created and is
 * refused a second after it was revoked. While the file cannot be read, no key works.
 */
export class KeyStore {
  readonly #options: KeyStoreOptions;
  #keys: readonly { readonly record: KeyRecord; readonly hash: Buffer }[] = [];
  #state = "";
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(options: KeyStoreOptions) {
    this.#options = options;
  }

  /** The record of a key that is known and has not expired. Takes as long for any other. */
  async find(key: string): Promise<KeyRecord | undefined> {
    if (!isBearerKey(key)) return undefined;
    await this.#lookAgain();
    const hash = hashBearerKey(key);
    let found: KeyRecord | undefined;
    for (const one of this.#keys) if (timingSafeEqual(one.hash, hash)) found = one.record;
    const isOver = (found?.expiresAtMs ?? Number.POSITIVE_INFINITY) <= this.#options.clock.now();
    return isOver ? undefined : found;
  }

  /** Shared by all requests that come while the file is read. */
  async #lookAgain(): Promise<void> {
    const now = this.#options.clock.now();
    if (!this.#looking) {
      // A clock that was set back must not keep a revoked key alive.
      if (Math.abs(now - this.#lookedAtMs) < LOOK_AGAIN_AFTER_MS) return;
      this.#lookedAtMs = now;
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined;
      });
    }
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { path, onError } = this.#options;
    const state = await stateOf(path);
    if (state === this.#state) return;
    try {
      const records = await readKeyFile(path);
      this.#keys = records.map((record) => ({ record, hash: Buffer.from(record.hash, "hex") }));
    } catch (error) {
      this.#keys = [];
      onError?.(error);
    }
    this.#state = state;
  }
}

/** Differs whenever the file was replaced or written to. */
async function stateOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return `${systemCodeOf(error)}`;
  }
}
