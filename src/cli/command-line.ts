import { parseArgs } from "node:util";
import type { ConfigProblem } from "../config/config-problem.ts";
import type { RawSetting, RawSettings } from "../config/raw-setting.ts";
import { splitList } from "../config/read-env.ts";
import { readTable, type TableRow } from "../config/read-table.ts";
import type { SettingGroup } from "../config/setting.ts";
import { filePath } from "../config/setting-types.ts";
import { CONFIG_FILE_FLAG, SETTING_ROWS, SETTINGS } from "../config/settings.ts";
import { nearestName } from "../lib/nearest-name.ts";

/** A flag that only one command has and that no file and no variable can set. */
export interface CommandOption<T> extends TableRow<T> {
  readonly flag: string;
  /** One letter, without its dash. */
  readonly short?: string;
  /** One sentence for `--help`. */
  readonly doc: string;
}

/** What a command accepts. `--help` and the docs' test follow it too. */
export interface CommandSyntax<T> {
  readonly name: string;
  /** What is given by position: `SOURCE...`. */
  readonly operands: string;
  /** Parts of the settings whose flags it takes. */
  readonly groups: readonly SettingGroup[];
  readonly options: { readonly [K in keyof T]: CommandOption<T[K]> };
}

export interface CommandLine<T> {
  readonly options: T;
  readonly operands: readonly string[];
  /** The settings among the flags, with every mistake of the command line. */
  readonly flags: RawSettings;
  /** What `--config` named. */
  readonly configFile?: string;
}

const configFileRow: TableRow<string | undefined> = {
  flag: CONFIG_FILE_FLAG,
  type: filePath("FILE"),
  fallback: undefined,
};

interface FlagRow extends TableRow<unknown> {
  readonly flag: string;
  readonly short?: string;
}

/** Takes a command line apart. Mistakes do not throw; they are in `flags.problems`. */
export function readCommandLine<T>(
  syntax: CommandSyntax<T>,
  args: readonly string[],
  cwd: string,
): CommandLine<T> {
  const rows = flagRows(syntax);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(rows.map((row) => [row.flag.slice(2), parseArgsOption(row)])),
    strict: false,
    allowPositionals: true,
    allowNegative: true,
    tokens: true,
  });
  const given = new Map<FlagRow, string[]>();
  const problems: ConfigProblem[] = [];
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const row = rows.find(({ flag }) => flag === `--${token.name}`);
    const isSwitch = row?.type.valueName === undefined;
    const isNegated = token.rawName.startsWith("--no-") && row?.flag !== token.rawName;
    if (!row || (isNegated && !isSwitch)) {
      problems.push(unknownFlag(token.rawName, syntax.name, rows));
    } else if (!isSwitch && isMissing(token.value, token.inlineValue)) {
      problems.push({ kind: "value", field: row.flag, value: "nothing", expected: "a value" });
    } else {
      const value = token.value ?? (isNegated ? "no" : "yes");
      given.set(row, [...(given.get(row) ?? []), value]);
    }
  }
  const values = [...given].map(
    ([row, texts]): RawSetting => ({
      row,
      raw: row.type.isList ? texts.flatMap(splitList) : texts.at(-1),
      field: row.flag,
      folder: cwd,
    }),
  );
  const { configFile } = readTable({ configFile: configFileRow }, values, problems);
  const options = readTable<T>(syntax.options, values, problems);
  return {
    options,
    operands,
    flags: { values, problems },
    ...(configFile === undefined ? {} : { configFile }),
  };
}

/** Sources that were named by position, over those of the environment and the file. */
export function withSources(
  flags: RawSettings,
  sources: readonly string[],
  folder: string,
): RawSettings {
  if (sources.length === 0) return flags;
  const value: RawSetting = { row: SETTINGS.sources, raw: sources, field: "SOURCE", folder };
  return { ...flags, values: [...flags.values, value] };
}

/** The flags of the command alone. */
export function optionRows<T>(syntax: CommandSyntax<T>): CommandOption<unknown>[] {
  return Object.values<CommandOption<unknown>>(syntax.options);
}

function flagRows<T>(syntax: CommandSyntax<T>): FlagRow[] {
  const settings = SETTING_ROWS.filter(({ group }) => syntax.groups.includes(group));
  const rows: TableRow<unknown>[] = [...optionRows(syntax), ...settings, configFileRow];
  return rows.filter((row): row is FlagRow => row.flag !== undefined);
}

function parseArgsOption(row: FlagRow): { type: "string" | "boolean"; short?: string } {
  return {
    type: row.type.valueName === undefined ? "boolean" : "string",
    ...(row.short === undefined ? {} : { short: row.short }),
  };
}

/** A flag where its value should be means that the value was forgotten. */
function isMissing(value: string | undefined, isInline: boolean | undefined): boolean {
  return value === undefined || (!isInline && value.length > 1 && value.startsWith("-"));
}

function unknownFlag(flag: string, command: string, rows: readonly FlagRow[]): ConfigProblem {
  const nearest = nearestName(
    flag,
    rows.map((row) => row.flag),
  );
  return {
    kind: "unknown",
    field: flag,
    expected: `a flag of docport ${command}`,
    ...(nearest === undefined ? {} : { nearest }),
  };
}
