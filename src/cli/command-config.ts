import { type Config, loadConfig } from "../config.ts";
import type { CommandContext } from "./command.ts";
import { type CommandLine, withSources } from "./command-line.ts";

/**
 * The settings of a command that reads documentation: its flags and the sources among its operands,
 * over the environment, over the file. Rejects with one `ConfigError` for all mistakes.
 */
export async function loadCommandConfig(
  line: CommandLine<unknown>,
  sources: readonly string[],
  context: CommandContext,
): Promise<Config> {
  return loadConfig({
    flags: withSources(line.flags, sources, context.cwd),
    ...(line.configFile === undefined ? {} : { configFile: line.configFile }),
    env: context.env,
    cwd: context.cwd,
    needsSources: true,
  });
}
