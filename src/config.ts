import { resolve } from "node:path";
import { exceededNameLimit } from "./certs/policy/names-per-certificate.ts";
import { checkAccess } from "./config/access-settings.ts";
import { ConfigError, type ConfigProblem, showValue } from "./config/config-problem.ts";
import { checkFleet } from "./config/fleet-settings.ts";
import type { RawSetting, RawSettings } from "./config/raw-setting.ts";
import { entriesOf, readData } from "./config/read-data.ts";
import { readEnv } from "./config/read-env.ts";
import { readConfigFile } from "./config/read-file.ts";
import { readTable } from "./config/read-table.ts";
import { checkSemantic } from "./config/semantic-settings.ts";
import type { Setting } from "./config/setting.ts";
import {
  CONFIG_FILE_ENV,
  CONFIG_FILE_FLAG,
  CONFIG_FILE_NAME,
  SETTINGS,
  type Settings,
} from "./config/settings.ts";
import { checkSourceDomains, corpusHostsOf } from "./config/source-list.ts";
import type { TlsSettings } from "./config/tls-settings.ts";

/** Every setting with its final value. */
export interface Config extends Settings {
  readonly host: string;
  readonly port: number;
}

export interface ConfigInput {
  /** What the command line gave. */
  readonly flags?: RawSettings;
  /** Path after `--config`. */
  readonly configFile?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  /** One source at least must be named somewhere. */
  readonly needsSources?: boolean;
}

/**
 * Flags over `DOCPORT_*` variables over docport.yaml over defaults. Rejects with one `ConfigError`
 * that lists every mistake of all of them.
 */
export async function loadConfig(input: ConfigInput): Promise<Config> {
  const named = input.configFile ?? (input.env[CONFIG_FILE_ENV] || undefined);
  const file = await readConfigFile({
    path: resolve(input.cwd, named ?? CONFIG_FILE_NAME),
    ...(named === undefined
      ? {}
      : { namedBy: input.configFile === undefined ? CONFIG_FILE_ENV : CONFIG_FILE_FLAG }),
  });
  const layers = [input.flags ?? NOTHING, readEnv(input.env, input.cwd), file];
  return resolveConfig(layers, input.cwd, input.needsSources ?? false);
}

/**
 * A configuration from data in the shape of docport.yaml, for callers who start Docport in code.
 * Relative paths start at `folder`. Throws a `ConfigError`.
 */
export function createConfig(data: object, folder: string): Config {
  return resolveConfig([readData(entriesOf(data), resolve(folder))], folder, true);
}

const NOTHING: RawSettings = { values: [], problems: [] };

function resolveConfig(
  layers: readonly RawSettings[],
  folder: string,
  needsSources: boolean,
): Config {
  const problems = layers.flatMap((layer) => layer.problems);
  const values = layers.flatMap((layer) => layer.values);
  const settings = readTable<Settings>(SETTINGS, values, problems);
  if (problems.length === 0) problems.push(...checkTogether(settings, values, needsSources));
  if (problems.length > 0) {
    throw new ConfigError(problems, "Correct it; docs/configuration.md has every setting.");
  }
  const domain = allNames(settings);
  const isPublic = domain.length > 0 && settings.tls === "auto";
  return {
    ...settings,
    domain,
    host: settings.host ?? (isPublic ? "::" : "127.0.0.1"),
    port: settings.port ?? (isPublic ? 443 : 8080),
    certs: resolve(folder, settings.certs),
    cache: resolve(folder, settings.cache),
    dataFolder: resolve(folder, settings.dataFolder),
  };
}

/** Those of single sources too: one certificate has them all. */
function allNames({ domain, sources }: Settings): readonly string[] {
  const names = corpusHostsOf(sources).map((host) => host.domain);
  return [...domain, ...names.filter((name) => !domain.includes(name.replace(/^[^.]+/, "*")))];
}

interface Misfit {
  readonly row: Setting<unknown>;
  readonly value: unknown;
  readonly expected: string;
}

function checkTls(settings: Settings): Misfit[] {
  const misfits: Misfit[] = [];
  const expect = (isRight: boolean, key: keyof TlsSettings, expected: string): void => {
    const row = SETTINGS[key];
    const value = row.isSecret ? undefined : settings[key];
    if (!isRight) misfits.push({ row, value, expected });
  };
  const { tls, staging, acmeDirectory, dnsHook } = settings;
  const isGiven = (key: keyof TlsSettings): boolean => settings[key] !== undefined;
  expect(tls !== "local" || allNames(settings).length === 0, "domain", "none with tls: local");
  expect(!staging || acmeDirectory === undefined, "acmeDirectory", "none with staging");
  expect(isGiven("eabHmac") || !isGiven("eabKid"), "eabHmac", "the key that belongs to eabKid");
  expect(isGiven("eabKid") || !isGiven("eabHmac"), "eabKid", "the id that belongs to eabHmac");
  const update = ["dnsServer", "dnsZone", "dnsKeyName", "dnsKey"] as const;
  if (update.some(isGiven)) {
    expect(dnsHook === undefined, "dnsHook", "none with dnsServer: one of them changes DNS");
    for (const key of update)
      expect(isGiven(key), key, `a value: ${update.join(", ")} go together`);
  }
  return [...misfits, ...checkNameCount(settings)];
}

/** All names are in one certificate, and a CA that takes fewer would refuse order after order. */
function checkNameCount(settings: Settings): Misfit[] {
  const names = allNames(settings);
  const { tls, profile, acmeDirectory, fallbackDirectory } = settings;
  if (tls !== "auto") return [];
  const limitOf = (directoryUrl: string | undefined): string | undefined => {
    const limit = exceededNameLimit(directoryUrl, { names, profile });
    const kind = limit?.profile === undefined ? "" : ` of the profile ${limit.profile}`;
    return (
      limit &&
      `at most ${limit.most} names, all that Let's Encrypt puts into one certificate${kind}`
    );
  };
  const count = new Set(names).size;
  const first = limitOf(acmeDirectory);
  if (first !== undefined) {
    const expected = `${first}, and the others on a second server with a folder or store of its own`;
    return [{ row: SETTINGS.domain, value: count, expected }];
  }
  const second = fallbackDirectory === undefined ? undefined : limitOf(fallbackDirectory);
  if (second === undefined) return [];
  const expected = `none for ${count} names, or ${second}`;
  return [{ row: SETTINGS.fallbackDirectory, value: fallbackDirectory, expected }];
}

/** What only shows when the settings are seen side by side. */
function checkTogether(
  settings: Settings,
  values: readonly RawSetting[],
  needsSources: boolean,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report = (row: Setting<unknown>, value: unknown, expected: string, path = ""): void => {
    const field = (values.find((each) => each.row === row)?.field ?? row.flag ?? row.yaml) + path;
    problems.push({ kind: "value", field, value: showValue(value), expected });
  };
  if (needsSources && settings.sources.length === 0) {
    problems.push({
      kind: "value",
      field: "SOURCE",
      value: showValue(undefined),
      expected: "a folder, a file or a URL with documentation",
    });
  }
  const { defaultLanguage, languages } = settings;
  if (defaultLanguage && languages.length > 0 && !languages.includes(defaultLanguage)) {
    report(
      SETTINGS.defaultLanguage,
      defaultLanguage,
      `one of the languages ${languages.join(", ")}`,
    );
  }
  for (const { row, value, expected } of checkTls(settings)) report(row, value, expected);
  const { publicUrl, domain, sources } = settings;
  const ownNames = [...domain, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])];
  for (const { path, value, expected } of checkSourceDomains(sources, ownNames)) {
    report(SETTINGS.sources, value, expected, path);
  }
  const misfits = [
    ...checkAccess(settings),
    ...checkSemantic(settings),
    ...checkFleet(settings),
  ] as const;
  for (const { key, expected } of misfits) {
    report(SETTINGS[key], SETTINGS[key].isSecret ? undefined : settings[key], expected);
  }
  return problems;
}
