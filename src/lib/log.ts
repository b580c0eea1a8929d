/** How loud a log line is, from the loudest. */
export type LogLevel = "error" | "warn" | "info" | "debug";

/** Values that a log line may carry. Never a key, a token, or a query. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** `event` is a stable dotted name (`index.ready`); everything that varies is in `fields`. */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

const ORDER: readonly LogLevel[] = ["error", "warn", "info", "debug"];

export interface LogOptions {
  /** Lines below this level are dropped. Default "info". */
  readonly level?: LogLevel;
  /** `json`: one object a line. `pretty`: for a person at a terminal. */
  readonly format: "json" | "pretty";
  /** Takes one line with its line feed. stdout belongs to MCP stdio, so this is stderr. */
  readonly write: (line: string) => void;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

export function createLog(options: LogOptions): Log {
  const limit = ORDER.indexOf(options.level ?? "info");
  return (level, event, fields = {}) => {
    if (ORDER.indexOf(level) > limit) return;
    const time = new Date(options.now()).toISOString();
    options.write(
      options.format === "json"
        ? `${JSON.stringify({ time, level, event, ...fields })}\n`
        : `${time.slice(11, 19)} ${level.padEnd(5)} ${event}${prettyFields(fields)}\n`,
    );
  };
}

function prettyFields(fields: LogFields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${typeof value === "string" ? JSON.stringify(value) : value}`)
    .join("");
}

/** Drops everything. For tests and for libraries that were given no log. */
export const silentLog: Log = () => {};
