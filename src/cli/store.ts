import type { Config } from "../config.ts";
import { systemClock } from "../lib/clock.ts";
import { DocportError } from "../lib/errors.ts";
import { type Command, type CommandContext, EXIT_OK } from "./command.ts";
import { type CommandSyntax, readCommandLine } from "./command-line.ts";
import { renderHelp } from "./help.ts";
import { loadStoreConfig } from "./store-config.ts";

const SYNTAX: CommandSyntax<object> = {
  name: "store",
  operands: "rekey",
  groups: ["fleet"],
  options: {},
};

export const storeCommand: Command = {
  name: "store",
  summary: "Change the key that private keys in a store are sealed with.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport store rekey --store-key-file keys.txt", "seal everything with the first key there"],
    ],
    about:
      "Write the new key above the old one in the file, give it to all replicas and restart them," +
      " then run this once. After that the old key can go.",
  }),

  async run(args, context) {
    const line = readCommandLine(SYNTAX, args, context.cwd);
    const [action, surplus] = line.operands;
    if (surplus !== undefined || action !== "rekey") {
      throw new DocportError("ERR_USAGE", "docport store: expected rekey", {
        hint: "See `docport store --help`.",
      });
    }
    const config = await loadStoreConfig("store", line, context);
    return rekey(config.store, config, context);
  },
};

async function rekey(
  url: string,
  config: Pick<Config, "storeKeyFile" | "storeKey">,
  context: CommandContext,
): Promise<number> {
  const { readSealKeys } = await import("../fleet.ts");
  const { Database } = await import("../store/database.ts");
  const { PostgresStorage } = await import("../store/postgres-storage.ts");
  const { Sealer } = await import("../store/seal.ts");
  const keys = await readSealKeys(config);
  if (keys.length === 0) {
    throw new DocportError("ERR_USAGE", "docport store rekey: there is no key to seal with", {
      hint: "Give --store-key-file, or set storeKeyFile or storeKey.",
    });
  }
  const sealer = new Sealer(keys);
  await using database = new Database({ url });
  const storage = new PostgresStorage({ database, sealer, clock: systemClock, holder: "rekey" });
  const count = await storage.rekey();
  context.stdout(
    count === 0
      ? "Everything was sealed with the first key already.\n"
      : `Sealed ${count} values.\n`,
  );
  return EXIT_OK;
}
