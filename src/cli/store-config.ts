import { type Config, loadConfig } from "../config.ts";
import { DocportError } from "../lib/errors.ts";
import type { CommandContext } from "./command.ts";
import type { CommandLine } from "./command-line.ts";

/**
 * The settings of a command about a store. Rejects with `ERR_USAGE` when none is named, with a
 * `ConfigError` for all other mistakes.
 *
 * @param name of the command, as it is typed.
 */
export async function loadStoreConfig(
  name: string,
  line: CommandLine<unknown>,
  { env, cwd }: CommandContext,
): Promise<Config & { readonly store: string }> {
  const { flags, configFile } = line;
  const config = await loadConfig({
    ...{ flags, env, cwd },
    ...(configFile !== undefined && { configFile }),
  });
  const { store } = config;
  if (store !== undefined) return { ...config, store };
  throw new DocportError("ERR_USAGE", `docport ${name}: no store is named`, {
    hint: "Give --store postgres://…, or set store in docport.yaml.",
  });
}
