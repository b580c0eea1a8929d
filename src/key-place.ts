import type { KeyRecord } from "./auth/key-file.ts";
import type { Config } from "./config.ts";
import { systemClock } from "./lib/clock.ts";
import { DocportError, messageOf } from "./lib/errors.ts";

/** Where keys are kept, for whoever changes them. */
export interface KeyPlace extends AsyncDisposable {
  read(): Promise<readonly KeyRecord[]>;
  /** Two changes at once do not undo each other: one of them rejects with `ERR_KEYS_FILE`. */
  change(update: (keys: readonly KeyRecord[]) => readonly KeyRecord[]): Promise<void>;
}

/** The store, when one is configured, and else the file. */
export function openKeyPlace(config: Config, path: string): Promise<KeyPlace> {
  return config.store === undefined ? openFile(path) : openStore(config, config.store, path);
}

async function openFile(path: string): Promise<KeyPlace> {
  const { readKeyFile, writeKeyFile } = await import("./auth/key-file.ts");
  const { FileLock, thisProcess } = await import("./certs/file-lock.ts");
  return {
    read: () => readKeyFile(path),
    async change(update) {
      const lock = new FileLock(`${path}.lock`, await thisProcess(), systemClock);
      let lease: Awaited<ReturnType<typeof lock.tryAcquire>>;
      try {
        lease = await lock.tryAcquire();
      } catch (cause) {
        throw new DocportError(
          "ERR_KEYS_FILE",
          `the file of keys ${path} cannot be written: ${messageOf(cause)}`,
          { cause, hint: "Check that its folder is there, and its permissions." },
        );
      }
      if (!lease) throw changing(path);
      try {
        await writeKeyFile(path, update(await readKeyFile(path)));
      } finally {
        await lease.release();
      }
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function openStore(config: Config, url: string, path: string): Promise<KeyPlace> {
  const { formatKeys } = await import("./auth/key-file.ts");
  const { openSharedStorage } = await import("./fleet.ts");
  const { KEYS_KEY, readSharedKeys } = await import("./share-keys.ts");
  const { migrate } = await import("./store/migrate.ts");
  const shared = await openSharedStorage(config, url, { clock: systemClock, holder: "keys" });
  const { storage, database } = shared;
  // What is in the file is what the fleet begins with.
  const read = (): Promise<readonly KeyRecord[]> => readSharedKeys(storage, path);
  return {
    async read() {
      await migrate(database);
      return read();
    },
    async change(update) {
      await migrate(database);
      await using lease = await storage.tryLock("keys");
      if (!lease) throw changing("the keys in the store");
      await storage.store(KEYS_KEY, formatKeys(update(await read())), { secret: true });
    },
    [Symbol.asyncDispose]: () => shared[Symbol.asyncDispose](),
  };
}

function changing(what: string): DocportError {
  return new DocportError("ERR_KEYS_FILE", `another command is changing ${what}`, {
    hint: "Try again in a moment.",
  });
}
