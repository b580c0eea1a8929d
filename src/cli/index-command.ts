import { relative } from "node:path";
import { filePath } from "../config/setting-types.ts";
import { writeFileAtomic } from "../lib/atomic-file.ts";
import { DocportError, messageOf } from "../lib/errors.ts";
import { type Command, EXIT_OK } from "./command.ts";
import { loadCommandConfig } from "./command-config.ts";
import { type CommandSyntax, readCommandLine } from "./command-line.ts";
import { describeDuration, describeFacts } from "./describe-facts.ts";
import { renderHelp } from "./help.ts";
import { reportLoading } from "./load-report.ts";

interface IndexOptions {
  /** Absolute. */
  readonly output: string | undefined;
}

const SYNTAX: CommandSyntax<IndexOptions> = {
  name: "index",
  operands: "SOURCE... -o FILE",
  groups: ["sources", "semantic", "logging"],
  options: {
    output: {
      flag: "--output",
      short: "o",
      type: filePath("FILE"),
      fallback: undefined,
      doc: "Index file to write; an old one is replaced in one step.",
    },
  },
};

export const indexCommand: Command = {
  name: "index",
  summary: "Write the search index to a file, for `docport serve FILE` to open.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport index ./docs -o manual.docport", "index a folder"],
      ["docport serve manual.docport", "serve it elsewhere, without the folder"],
      [
        "docport index https://docs.example.com/index.json -o manual.docport --strict",
        "in a build: fail when a page cannot be read",
      ],
    ],
    about: "Reads the documentation and writes one file that holds the index and the pages.",
  }),

  async run(args, context) {
    const line = readCommandLine(SYNTAX, args, context.cwd);
    const config = await loadCommandConfig(line, line.operands, context);
    const { output } = line.options;
    if (output === undefined) {
      throw new DocportError("ERR_USAGE", "docport index does not know where to write", {
        hint: "Name a file: `docport index SOURCE -o manual.docport`.",
      });
    }
    const startedAt = performance.now();
    const { buildIndex } = await import("../load-catalog.ts");
    const { openCatalog } = await import("../catalog/open-catalog.ts");
    const bytes = await reportLoading(config, context, (options) => buildIndex(config, options));
    // Opened before it is written, so that a file that cannot be read never takes the old one's place.
    const { facts } = openCatalog(bytes);
    await writeIndexFile(output, bytes);
    const took = describeDuration(performance.now() - startedAt);
    context.stderr(`Indexed ${describeFacts(facts)} in ${took}\n`);
    const size = `${(bytes.length / 1024 ** 2).toFixed(1)} MB`;
    context.stdout(`Wrote ${relative(context.cwd, output)} (${size})\n`);
    return EXIT_OK;
  },
};

async function writeIndexFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFileAtomic(path, bytes);
  } catch (cause) {
    throw new DocportError(
      "ERR_INDEX_WRITE",
      `the index file cannot be written: ${messageOf(cause)}`,
      {
        cause,
        hint: "Check that the folder exists, may be written and has room.",
      },
    );
  }
}
