import { type ConfigProblem, showValue } from "./config-problem.ts";
import type { RawSetting } from "./raw-setting.ts";
import type { Mistake, SettingType } from "./setting.ts";

/** What reading needs to know of a row: a setting's, or that of a flag of one command only. */
export interface TableRow<T> {
  readonly flag?: string;
  readonly env?: string;
  readonly type: SettingType<T>;
  readonly fallback: T;
  readonly isSecret?: boolean;
}

/** A row for each field of `T`. */
export type Table<T> = { readonly [K in keyof T]: TableRow<T[K]> };

/** Reads every row of a table. `values` are in order of precedence, highest first. */
export function readTable<T>(
  table: Table<T>,
  values: readonly RawSetting[],
  problems: ConfigProblem[],
): T {
  const result: Partial<T> = {};
  for (const key in table) result[key] = readRow(table[key], values, problems);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each key of the table was read
  return result as T;
}

/** The highest value; the ones below it are read too, so that their mistakes are told. */
function readRow<T>(row: TableRow<T>, values: readonly RawSetting[], problems: ConfigProblem[]): T {
  const found: T[] = [];
  for (const { raw, field, folder } of values.filter((value) => value.row === row)) {
    const value = row.type.read(raw, {
      folder,
      report: (mistake) => problems.push(problemOf(row, field, mistake)),
    });
    if (value !== undefined) found.push(value);
  }
  return found[0] ?? row.fallback;
}

function problemOf(row: TableRow<unknown>, place: string, mistake: Mistake): ConfigProblem {
  const { path = "", value, expected, isUnknownName = false } = mistake;
  // Flags and variables are flat; only a file has something below a setting.
  const field = place === row.flag || place === row.env ? place : place + path;
  const nearest = mistake.nearest === undefined || row.isSecret ? {} : { nearest: mistake.nearest };
  if (isUnknownName) return { kind: "unknown", field, expected, ...nearest };
  const shown = row.isSecret ? "(hidden)" : showValue(value);
  return { kind: "value", field, value: shown, expected, ...nearest };
}
