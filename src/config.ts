import { resolve } from "node:path";
import { ConfigError, type ConfigProblem, showValue } from "./config/config-problem.ts";
import type { RawSetting, RawSettings } from "./config/raw-setting.ts";
import { entriesOf, readData } from "./config/read-data.ts";
import { readEnv } from "./config/read-env.ts";
import { readConfigFile } from "./config/read-file.ts";
import { readTable } from "./config/read-table.ts";
import type { Setting } from "./config/setting.ts";
import {
  CONFIG_FILE_ENV,
  CONFIG_FILE_FLAG,
  CONFIG_FILE_NAME,
  SETTINGS,
  type Settings,
} from "./config/settings.ts";

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
  return resolveConfig(layers, input.needsSources ?? false);
}

/**
 * A configuration from data in the shape of docport.yaml, for callers who start Docport in code.
 * Relative paths start at `folder`. Throws a `ConfigError`.
 */
export function createConfig(data: object, folder: string): Config {
  return resolveConfig([readData(entriesOf(data), resolve(folder))], true);
}

const NOTHING: RawSettings = { values: [], problems: [] };

function resolveConfig(layers: readonly RawSettings[], needsSources: boolean): Config {
  const problems = layers.flatMap((layer) => layer.problems);
  const values = layers.flatMap((layer) => layer.values);
  const settings = readTable<Settings>(SETTINGS, values, problems);
  if (problems.length === 0) problems.push(...checkTogether(settings, values, needsSources));
  if (problems.length > 0) {
    throw new ConfigError(problems, "Correct it; docs/configuration.md has every setting.");
  }
  const hasDomain = settings.domain.length > 0;
  return {
    ...settings,
    host: settings.host ?? (hasDomain ? "::" : "127.0.0.1"),
    port: settings.port ?? (hasDomain ? 443 : 8080),
  };
}

/** What only shows when the settings are seen side by side. */
function checkTogether(
  settings: Settings,
  values: readonly RawSetting[],
  needsSources: boolean,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report = (row: Setting<unknown>, value: unknown, expected: string): void => {
    const field = values.find((each) => each.row === row)?.field ?? row.flag ?? row.yaml;
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
  const { defaultLanguage, languages, domain } = settings;
  if (defaultLanguage && languages.length > 0 && !languages.includes(defaultLanguage)) {
    report(
      SETTINGS.defaultLanguage,
      defaultLanguage,
      `one of the languages ${languages.join(", ")}`,
    );
  }
  if (domain.length > 0) {
    report(SETTINGS.domain, domain[0], "none: this version serves plain HTTP only");
  }
  return problems;
}
