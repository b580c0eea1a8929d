import { readFile } from "node:fs/promises";
import { FileStorage } from "./certs/file-storage.ts";
import type { Config } from "./config.ts";
import type { Clock } from "./lib/clock.ts";
import { DocportError, messageOf } from "./lib/errors.ts";
import type { Log } from "./lib/log.ts";
import type { Database } from "./store/database.ts";
import type { Fleet } from "./store/open-fleet.ts";
import type { PostgresStorage } from "./store/postgres-storage.ts";
import type { SealKey } from "./store/seal.ts";

export interface ConfiguredFleetOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** What this replica says of itself, for `docport fleet status`. */
  readonly status: () => Readonly<Record<string, unknown>>;
}

/** This replica's part in the fleet that the settings name; undefined when they name none. */
export async function openConfiguredFleet(
  config: Config,
  options: ConfiguredFleetOptions,
): Promise<Fleet | undefined> {
  const { store: url, certs } = config;
  if (url === undefined) return undefined;
  const { openFleet } = await import("./store/open-fleet.ts");
  const local = new FileStorage(certs, { clock: options.clock });
  return openFleet({ url, keys: await readSealKeys(config), local, ...options });
}

/** What replicas share, for a command. Disposing of it ends the connections. */
export interface SharedStorage extends AsyncDisposable {
  readonly storage: PostgresStorage;
  readonly database: Database;
}

/**
 * The storage at `url`, with the keys that the settings name; nothing is connected yet. Throws
 * `ERR_STORE_KEY`.
 *
 * @param holder who holds a lease, for people.
 */
export async function openSharedStorage(
  config: Config,
  url: string,
  { clock, holder }: { readonly clock: Clock; readonly holder: string },
): Promise<SharedStorage> {
  const { Database } = await import("./store/database.ts");
  const { PostgresStorage } = await import("./store/postgres-storage.ts");
  const { Sealer } = await import("./store/seal.ts");
  const keys = await readSealKeys(config);
  const sealer = keys.length > 0 ? new Sealer(keys) : undefined;
  const database = new Database({ url });
  return {
    storage: new PostgresStorage({ database, sealer, clock, holder }),
    database,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** The keys that the settings name, the one that seals first. Throws `ERR_STORE_KEY`. */
export async function readSealKeys({
  storeKeyFile,
  storeKey,
}: Pick<Config, "storeKeyFile" | "storeKey">): Promise<readonly SealKey[]> {
  const { readSealKey } = await import("./store/seal.ts");
  if (storeKey !== undefined) return [readSealKey(storeKey)];
  if (storeKeyFile === undefined) return [];
  let text: string;
  try {
    text = await readFile(storeKeyFile, "utf8");
  } catch (cause) {
    throw new DocportError(
      "ERR_STORE_KEY",
      `store: no key in ${storeKeyFile}: ${messageOf(cause)}`,
      {
        hint: "Make one with `openssl rand -base64 32`, readable by docport alone.",
        cause,
      },
    );
  }
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map(readSealKey);
}
