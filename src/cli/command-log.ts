import type { Config } from "../config.ts";
import { createLog, type Log } from "../lib/log.ts";
import type { CommandContext } from "./command.ts";

/** The log of a server, as the settings and the terminal want it. */
export function createCommandLog(
  { logFormat, logLevel }: Config,
  { stderr, stderrIsTerminal }: Pick<CommandContext, "stderr" | "stderrIsTerminal">,
): Log {
  const isPretty = logFormat === "pretty" || (logFormat === "auto" && stderrIsTerminal);
  return createLog({
    level: logLevel,
    format: isPretty ? "pretty" : "json",
    write: stderr,
    now: Date.now,
  });
}
