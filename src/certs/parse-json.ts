/**
 * Reading our own state back as if a stranger had written it: a file may be torn, edited by hand
 * or of another version. Every function answers undefined instead of throwing.
 */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The own property `name` when it is a string. */
export function stringIn(record: JsonRecord, name: string): string | undefined {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** The own property `name` when it is a finite number. */
export function numberIn(record: JsonRecord, name: string): number | undefined {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The own property `name` when it is true or false. */
export function booleanIn(record: JsonRecord, name: string): boolean | undefined {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return typeof value === "boolean" ? value : undefined;
}
