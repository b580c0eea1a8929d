import { cleanLine } from "./clean-text.ts";

/** What one argument of a tool may be. Models drift, so a value is bent as far as it is clear. */
export interface ArgumentSpec {
  readonly type: "string" | "integer";
  /** Other names by which models send it. Compared without case, `_` and `-`. */
  readonly aliases: readonly string[];
  readonly isRequired?: boolean;
  /** Longest string; what is longer is cut. */
  readonly maxChars?: number;
  readonly min?: number;
  readonly max?: number;
}

export type ArgumentSpecs = Readonly<Record<string, ArgumentSpec>>;

export interface ParsedArguments {
  readonly strings: ReadonlyMap<string, string>;
  readonly integers: ReadonlyMap<string, number>;
  /** What the caller should know: arguments that were ignored, cut or clamped. */
  readonly notices: readonly string[];
}

/** A call that cannot be made; the message says what to send instead. */
export class ArgumentError extends Error {
  override readonly name: string = "ArgumentError";
}

const MAX_ARGUMENTS = 64;

/**
 * Reads the arguments of a tool call. Aliases and numeric strings are taken, `null` and "" count as
 * absent, unknown names are ignored and named in a notice.
 * Throws {@link ArgumentError} for a missing or unreadable value.
 */
export function parseArguments(
  raw: Readonly<Record<string, unknown>>,
  specs: ArgumentSpecs,
): ParsedArguments {
  const nameOf = namesOf(specs);
  const strings = new Map<string, string>();
  const integers = new Map<string, number>();
  const notices: string[] = [];
  const unknown: string[] = [];
  // Exact names first: an alias never overrides the argument it stands for.
  const given = Object.entries(raw)
    .slice(0, MAX_ARGUMENTS)
    .toSorted(([a], [b]) => Number(Object.hasOwn(specs, b)) - Number(Object.hasOwn(specs, a)));
  for (const [key, value] of given) {
    if (value === null || value === undefined || value === "") continue;
    const name = nameOf.get(fold(key));
    const spec = name === undefined ? undefined : specs[name];
    if (name === undefined || spec === undefined || strings.has(name) || integers.has(name)) {
      unknown.push(cleanLine(key, 40));
    } else if (spec.type === "string") {
      strings.set(name, readString(name, value, spec, notices));
    } else {
      integers.set(name, readInteger(name, value, spec, notices));
    }
  }
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.isRequired && !strings.get(name)?.trim()) {
      throw new ArgumentError(`"${name}" is missing: send a non-empty string.`);
    }
  }
  if (unknown.length > 0) notices.push(unknownNotice(unknown, Object.keys(specs)));
  return { strings, integers, notices };
}

/** The names of arguments by how they may be written; worked out once for each of a few specs. */
const knownNames = new WeakMap<ArgumentSpecs, ReadonlyMap<string, string>>();

function namesOf(specs: ArgumentSpecs): ReadonlyMap<string, string> {
  const known = knownNames.get(specs);
  if (known) return known;
  const nameOf = new Map<string, string>();
  for (const [name, spec] of Object.entries(specs)) {
    for (const alias of [name, ...spec.aliases]) nameOf.set(fold(alias), name);
  }
  knownNames.set(specs, nameOf);
  return nameOf;
}

function readString(name: string, value: unknown, spec: ArgumentSpec, notices: string[]): string {
  const text = Array.isArray(value) ? value.slice(0, 16).map(scalar).join(" ") : scalar(value);
  const maxChars = spec.maxChars ?? 200;
  if (text.length > maxChars)
    notices.push(`"${name}" was cut to its first ${maxChars} characters.`);
  return text.slice(0, maxChars).trim();

  function scalar(one: unknown): string {
    if (typeof one === "string") return one;
    if (typeof one === "number" || typeof one === "boolean") return String(one);
    throw new ArgumentError(`"${name}" must be a string, got ${kindOf(one)}.`);
  }
}

function readInteger(name: string, value: unknown, spec: ArgumentSpec, notices: string[]): number {
  const number =
    typeof value === "number"
      ? value
      : typeof value === "string" && /^\s*[+-]?\d{1,15}(\.\d{0,15})?\s*$/.test(value)
        ? Number(value)
        : Number.NaN;
  if (!Number.isFinite(number)) {
    throw new ArgumentError(`"${name}" must be a whole number, got ${quoted(value)}.`);
  }
  const whole = Math.trunc(number);
  const min = spec.min ?? 0;
  const max = spec.max ?? Number.MAX_SAFE_INTEGER;
  if (whole < min) throw new ArgumentError(`"${name}" must be at least ${min}, got ${whole}.`);
  if (whole > max) notices.push(`"${name}" is at most ${max}; ${max} was used.`);
  return Math.min(whole, max);
}

function unknownNotice(unknown: readonly string[], known: readonly string[]): string {
  const shown = unknown
    .slice(0, 5)
    .map((name) => JSON.stringify(name))
    .join(", ");
  const more = unknown.length > 5 ? ` and ${unknown.length - 5} more` : "";
  return `Ignored ${shown}${more}: the arguments are ${known.join(", ")}.`;
}

function fold(name: string): string {
  return name.slice(0, 64).toLowerCase().replace(/[_-]/g, "");
}

function quoted(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(cleanLine(value, 40)) : kindOf(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
