import type { Readable, Writable } from "node:stream";

/** It did what was asked. */
export const EXIT_OK = 0;
/** It was understood, but the outside world did not play along: source, disk, port, network. */
export const EXIT_FAILURE = 1;
/** The command line or the settings are wrong; nothing was done. */
export const EXIT_USAGE = 2;

/** Everything of the process that a command may touch. Tests pass their own. */
export interface CommandContext {
  /** The answer: what a pipe reads. Carries nothing else, so that `--stdio` and `--json` are clean. */
  readonly stdout: (text: string) => void;
  /** What is said on the way to it: progress, problems, log lines. */
  readonly stderr: (text: string) => void;
  /** stdout is a terminal: answers may be coloured. */
  readonly isTerminal: boolean;
  /** stderr is a terminal: a line may be redrawn. */
  readonly stderrIsTerminal: boolean;
  /** The streams themselves, for a protocol that is spoken over them; absent in most tests. */
  readonly streams?: { readonly input: Readable; readonly output: Writable };
  /** Asks the person at the terminal and resolves with the line that they type; absent without one. */
  readonly ask?: (question: string, signal: AbortSignal) => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; relative paths on the command line and in the settings start here. */
  readonly cwd: string;
  /** Aborted by the first SIGINT or SIGTERM: finish what is running and return. */
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
}

/** One word after `docport`. Its module imports nothing heavy before `run` needs it. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Text of `docport NAME --help`: examples first. */
  readonly help: string;
  /** Of a command with commands of its own: the help of one of them. */
  readonly helpOf?: (topic: string) => string | undefined;
  /**
   * Resolves to the exit code. Rejects with a `DocportError` (exit code 1, or 2 when the settings or
   * the command line are wrong), or with `context.signal.reason` when it was interrupted.
   */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}
