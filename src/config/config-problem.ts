import { DocportError } from "../lib/errors.ts";

/** One mistake in the settings, wherever they were written. */
export type ConfigProblem =
  /** The name itself is not known. Its value is not kept: it may be a secret under a wrong name. */
  | {
      readonly kind: "unknown";
      /** Where it was written: `--prot`, `DOCPORT_PROT`, `docport.yaml:3 prot`. */
      readonly field: string;
      /** What it is not: "a flag of docport serve". */
      readonly expected: string;
      readonly nearest?: string;
    }
  /** The name is known, the value does not fit. */
  | {
      readonly kind: "value";
      readonly field: string;
      /** As it was given, fit to be shown: short, without control characters and secrets. */
      readonly value: string;
      /** Finishes "expected ...". */
      readonly expected: string;
      readonly nearest?: string;
    };

/** All mistakes of one start at once. The message has a line for each. */
export class ConfigError extends DocportError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], hint: string) {
    const lines = problems.map((problem) => `  ${describeProblem(problem)}`);
    const head =
      problems.length === 1 ? "a setting is wrong" : `${problems.length} settings are wrong`;
    super("ERR_CONFIG_INVALID", [`${head}:`, ...lines].join("\n"), { hint });
    this.problems = problems;
  }
}

/** One line: the field, what was expected, what came, and the nearest right name. */
export function describeProblem(problem: ConfigProblem): string {
  const nearest = problem.nearest === undefined ? "" : `; did you mean ${problem.nearest}?`;
  return problem.kind === "unknown"
    ? `${problem.field}: not ${problem.expected}${nearest}`
    : `${problem.field}: expected ${problem.expected}, got ${problem.value}${nearest}`;
}

const MAX_SHOWN_CHARS = 80;

/** A value as it may be shown: quoted, one line, shortened, passwords in URLs hidden. */
export function showValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "nothing (an empty value)";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "number" || typeof value === "boolean") return `${value}`;
  if (typeof value !== "string") return `a ${typeof value}`;
  const shown = hideCredentials(value);
  return JSON.stringify(
    shown.length > MAX_SHOWN_CHARS ? `${shown.slice(0, MAX_SHOWN_CHARS)}...` : shown,
  );
}

/** `https://user:secret@host/` as `https://***@host/`. */
export function hideCredentials(text: string): string {
  return text.replace(/(\/\/)[^/\s?#]*@/, "$1***@");
}
