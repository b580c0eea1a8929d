import { type Setting, setting } from "./setting.ts";
import { filePath, pattern, pauseOrOff, toggle } from "./setting-types.ts";

/** What replicas share, when there are several. */
export interface FleetSettings {
  /** URL of the PostgreSQL that replicas share; undefined: one machine, with its folders. */
  readonly store: string | undefined;
  /** File with the key that private keys are sealed with in the store; older keys below it. */
  readonly storeKeyFile: string | undefined;
  /** The same key, for a variable of the environment. */
  readonly storeKey: string | undefined;
  /** Private keys lie in the store as they are. */
  readonly storeUnsealed: boolean;
  /** How long a replica that stops goes on serving, in milliseconds. */
  readonly drainInMs: number;
}

export const fleetSettings: { readonly [K in keyof FleetSettings]: Setting<FleetSettings[K]> } = {
  store: setting("store", {
    group: "fleet",
    type: pattern(
      "URL",
      /^postgres(?:ql)?:\/\/[^\s]{1,2000}$/,
      "a URL such as postgres://docport@db.example.com/docport?sslmode=verify-full",
    ),
    fallback: undefined,
    doc: "PostgreSQL that replicas share: certificates, challenges, the index and who does what.",
    isSecret: true,
  }),
  storeKeyFile: setting("storeKeyFile", {
    group: "fleet",
    type: filePath("FILE"),
    fallback: undefined,
    doc: "Key that seals private keys in the store, 32 bytes in base64; older keys on lines below.",
  }),
  storeKey: setting("storeKey", {
    group: "fleet",
    type: pattern("KEY", /^[\w+/=-]{40,64}$/, "32 bytes in base64 or hexadecimal"),
    fallback: undefined,
    doc: "The same key as text; better in the variable than on the command line.",
    isSecret: true,
  }),
  storeUnsealed: setting("storeUnsealed", {
    group: "fleet",
    type: toggle,
    fallback: false,
    doc: "Keep private keys in the store as they are, for whoever can read it to read.",
  }),
  drainInMs: setting("drain", {
    group: "fleet",
    type: pauseOrOff(1_000, 300_000),
    fallback: 5_000,
    defaultText: "5s",
    doc: "How long a replica that stops serves on while /readyz says no, for the balancer to see.",
  }),
};

/** What is wrong with the settings side by side. */
export function checkFleet(
  settings: FleetSettings & { readonly domain: readonly string[] },
): readonly { readonly key: keyof FleetSettings; readonly expected: string }[] {
  const { store, storeKeyFile, storeKey, storeUnsealed } = settings;
  const hasKey = storeKeyFile !== undefined || storeKey !== undefined;
  if (store === undefined) {
    return hasKey || storeUnsealed ? [{ key: "store", expected: "the database it is for" }] : [];
  }
  if (storeKeyFile !== undefined && storeKey !== undefined) {
    return [{ key: "storeKey", expected: "none with storeKeyFile" }];
  }
  if (hasKey !== storeUnsealed) return [];
  // Without a certificate there is no private key to seal.
  if (!hasKey && settings.domain.length === 0) return [];
  const expected = hasKey
    ? "no with a key"
    : "storeKeyFile or storeKey beside the store, or storeUnsealed for keys that anybody there may read";
  return [{ key: hasKey ? "storeUnsealed" : "storeKeyFile", expected }];
}
