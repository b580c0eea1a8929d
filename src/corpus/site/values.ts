/** Reading front matter and configuration of any shape without trusting it. */

export type Values = Readonly<Record<string, unknown>>;

export function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own property; undefined for what is only inherited (`constructor`). */
export function valueAt(values: Values, ...keys: readonly string[]): unknown {
  let current: unknown = values;
  for (const key of keys) {
    if (!isValues(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

/** The first of the named values that is a non-empty string, trimmed. A number counts as its text. */
export function textAt(values: Values, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = valueAt(values, name);
    if (typeof value === "number") return String(value);
    if (typeof value === "string" && value.trim() !== "") return value.trim();
  }
  return undefined;
}

/** A list of strings, where one string alone counts as a list of one. */
export function textsAt(values: Values, name: string): readonly string[] {
  const value = valueAt(values, name);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one): one is string => typeof one === "string" && one.trim() !== "");
}

/** The first of the named values that is a date (or its text), in milliseconds since the epoch. */
export function timeAt(values: Values, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = valueAt(values, name);
    // The TOML parser's dates are Dates too.
    const time =
      value instanceof Date
        ? value.getTime()
        : typeof value === "string" && /^\d{4}-\d\d/.test(value)
          ? Date.parse(value)
          : Number.NaN;
    // Hugo writes the year 1 for "no date".
    if (time > 0) return time;
  }
  return undefined;
}
