import type { CommandContext } from "../../src/cli/command.ts";

export interface RecordedContext extends CommandContext {
  /** What was written so far. */
  readonly out: () => string;
  readonly err: () => string;
}

/** A command's world in a test: nothing is a terminal, nothing is set, and `fetch` is refused. */
export function recordedContext(overrides: Partial<CommandContext> = {}): RecordedContext {
  let out = "";
  let err = "";
  return {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    isTerminal: false,
    stderrIsTerminal: false,
    env: {},
    cwd: import.meta.dirname,
    signal: new AbortController().signal,
    fetch: async () => {
      throw new Error("this test has no network");
    },
    ...overrides,
    out: () => out,
    err: () => err,
  };
}
