#!/usr/bin/env node
import { constants } from "node:os";
import { main } from "./cli/main.ts";

/** What the first SIGINT or SIGTERM aborts with. */
class Interrupted extends Error {
  override readonly name: string = "Interrupted";
  /** As shells number a death by signal. */
  readonly exitCode: number;

  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question, { signal });
  } finally {
    lines.close();
  }
}

const controller = new AbortController();

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    const interrupted = new Interrupted(signal);
    // The first asks to finish what is running; whoever sends a second does not want to wait.
    if (controller.signal.aborted) process.exit(interrupted.exitCode);
    controller.abort(interrupted);
  });
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // `docport search ... | head -1` closes the pipe early, and that is no failure.
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  process.exitCode = await main(process.argv.slice(2), {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    isTerminal: process.stdout.isTTY,
    stderrIsTerminal: process.stderr.isTTY,
    ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
    streams: { input: process.stdin, output: process.stdout },
    env: process.env,
    cwd: process.cwd(),
    signal: controller.signal,
    fetch,
  });
} catch (error) {
  if (!(error instanceof Interrupted)) throw error;
  process.exitCode = error.exitCode;
}
