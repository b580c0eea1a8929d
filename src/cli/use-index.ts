import { DocportError } from "../lib/errors.ts";
import { type CommandContext, EXIT_OK } from "./command.ts";
import type { CommandLine } from "./command-line.ts";
import { loadStoreConfig } from "./store-config.ts";
import { printable } from "./terminal.ts";

/** Shorter beginnings of a revision would be of several soon. */
const MIN_REVISION_CHARS = 6;

/** Has a fleet serve an index that is kept in its store; `latest`: the newest one again. */
export async function useIndex(
  wanted: string,
  line: CommandLine<unknown>,
  context: CommandContext,
): Promise<number> {
  const { store } = await loadStoreConfig("index use", line, context);
  const { Database } = await import("../store/database.ts");
  const { listIndexes, pinIndex } = await import("../store/index-list.ts");
  await using database = new Database({ url: store });
  if (wanted === "latest") {
    await pinIndex(database, undefined);
    context.stdout("All replicas follow the newest index again.\n");
    return EXIT_OK;
  }
  const found = (await listIndexes(database)).find(
    ({ revision }) => wanted.length >= MIN_REVISION_CHARS && revision.startsWith(wanted),
  );
  if (!found || !(await pinIndex(database, found.number))) {
    throw new DocportError("ERR_USAGE", `docport index use: ${printable(wanted)} is not kept`, {
      hint: "`docport fleet status` lists what is; give at least six characters of one.",
    });
  }
  context.stdout(
    `All replicas serve revision ${found.revision}, until \`docport index use latest\`.\n`,
  );
  return EXIT_OK;
}
