/** A query that the documentation had no confident answer to, as it is kept: masked. */
export interface UnansweredQuery {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly query: string;
  /** Ids of the sections that came closest, the best first; at most three. */
  readonly closest: readonly string[];
}

const MAX_IDS = 3;
const MAX_ID_CHARS = 300;

/** One line of the file, with its line feed. */
export function writeLine({ at, query, closest }: UnansweredQuery): string {
  const ids = closest.slice(0, MAX_IDS).map((id) => id.slice(0, MAX_ID_CHARS));
  return `${JSON.stringify({ at: new Date(at).toISOString(), query, closest: ids })}\n`;
}

/** Undefined for a line that is not one of ours, such as one that was cut off by a power cut. */
export function readLine(line: string): UnansweredQuery | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { at, query, closest } = value;
  const time = typeof at === "string" ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(time) || typeof query !== "string" || !Array.isArray(closest)) return undefined;
  const ids = closest.filter((id): id is string => typeof id === "string").slice(0, MAX_IDS);
  return { at: time, query, closest: ids };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
