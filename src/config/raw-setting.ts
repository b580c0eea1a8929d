import type { ConfigProblem } from "./config-problem.ts";
import type { TableRow } from "./read-table.ts";

/** One value of a setting as somebody wrote it, not yet read. */
export interface RawSetting {
  /** The row that reads it; compared by identity. */
  readonly row: TableRow<unknown>;
  readonly raw: unknown;
  /** How to name the place in a message: `--port`, `DOCPORT_PORT`, `docport.yaml:3 port`. */
  readonly field: string;
  /** Absolute; relative paths start here. */
  readonly folder: string;
}

/** What one of the places gave: flags, environment, file, or data. */
export interface RawSettings {
  readonly values: readonly RawSetting[];
  readonly problems: readonly ConfigProblem[];
}
