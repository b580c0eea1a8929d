import { nearestName } from "../lib/nearest-name.ts";
import { type ConfigProblem, showValue } from "./config-problem.ts";
import type { RawSetting, RawSettings } from "./raw-setting.ts";
import { SETTING_ROWS } from "./settings.ts";

/** A mapping that remembers where each of its keys was written. */
export interface DataEntry {
  readonly key: string;
  /** Put before the path in messages: `docport.yaml:3`. */
  readonly place?: string;
  /** The entries below, when the value is a mapping. */
  readonly entries?: readonly DataEntry[];
  readonly value: unknown;
}

/** The settings in a mapping that has the shape of docport.yaml. A null value counts as not set. */
export function readData(entries: readonly DataEntry[], folder: string): RawSettings {
  const values: RawSetting[] = [];
  const problems: ConfigProblem[] = [];
  walk(entries, "");
  return { values, problems };

  function walk(level: readonly DataEntry[], prefix: string): void {
    for (const entry of level) {
      const path = prefix + entry.key;
      const field = entry.place === undefined ? path : `${entry.place} ${path}`;
      const row = SETTING_ROWS.find(({ yaml }) => yaml === path);
      const below = SETTING_ROWS.filter(({ yaml }) => yaml.startsWith(`${path}.`));
      if (row) {
        if (entry.value !== null) values.push({ row, raw: entry.value, field, folder });
      } else if (below.length === 0) {
        problems.push(unknownKey(field, path, prefix));
      } else if (entry.entries) {
        walk(entry.entries, `${path}.`);
      } else if (entry.value !== null) {
        const names = below.map(({ yaml }) => yaml.slice(path.length + 1)).join(", ");
        const expected = `a mapping with ${names}`;
        problems.push({ kind: "value", field, value: showValue(entry.value), expected });
      }
    }
  }
}

/** A plain object in the shape of docport.yaml, for callers who configure in code. */
export function entriesOf(data: object): DataEntry[] {
  return Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]: [string, unknown]) => ({
      key,
      value,
      ...(typeof value === "object" && value !== null && !Array.isArray(value)
        ? { entries: entriesOf(value) }
        : {}),
    }));
}

function unknownKey(field: string, path: string, prefix: string): ConfigProblem {
  const siblings = SETTING_ROWS.filter(({ yaml }) => yaml.startsWith(prefix)).map(({ yaml }) =>
    prefix === "" ? (yaml.split(".")[0] ?? yaml) : yaml,
  );
  // A key may also have been put one level too high: `maxFiles` for `limits.maxFiles`.
  const sameName = SETTING_ROWS.find(({ yaml }) => yaml.endsWith(`.${path}`))?.yaml;
  const nearest = sameName ?? nearestName(path, siblings);
  return {
    kind: "unknown",
    field,
    expected: "a setting",
    ...(nearest === undefined ? {} : { nearest }),
  };
}
