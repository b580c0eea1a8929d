import { randomBytes } from "node:crypto";
import { basename, dirname, join, relative } from "node:path";
import { filePath } from "../config/setting-types.ts";
import { writeFileAtomic } from "../lib/atomic-file.ts";
import { DocportError, messageOf } from "../lib/errors.ts";
import { ScratchFile } from "../lib/scratch-file.ts";
import type { Scratch } from "../search/build/tape.ts";
import { type Command, EXIT_OK } from "./command.ts";
import { loadCommandConfig } from "./command-config.ts";
import { type CommandSyntax, readCommandLine } from "./command-line.ts";
import { describeDuration, describeFacts } from "./describe-facts.ts";
import { renderHelp } from "./help.ts";
import { reportLoading } from "./load-report.ts";
import { useIndex } from "./use-index.ts";

interface IndexOptions {
  /** Absolute. */
  readonly output: string | undefined;
}

const SYNTAX: CommandSyntax<IndexOptions> = {
  name: "index",
  operands: "SOURCE... -o FILE | use REVISION",
  groups: ["sources", "semantic", "fleet", "logging"],
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
  summary: "Write the search index to a file, or have a fleet serve an earlier one.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport index ./docs -o manual.docport", "index a folder"],
      ["docport serve manual.docport", "serve it elsewhere, without the folder"],
      [
        "docport index https://docs.example.com/index.json -o manual.docport --strict",
        "in a build: fail when a page cannot be read",
      ],
      [
        "docport index use 3f9a0c11d2b4 --store postgres://db/docport",
        "a fleet goes back to that one",
      ],
    ],
    about:
      "Reads the documentation and writes one file that holds the index and the pages. `use` has all" +
      " replicas that share a store serve an index that is kept there (`docport fleet status`), until" +
      " `use latest`.",
  }),

  async run(args, context) {
    const line = readCommandLine(SYNTAX, args, context.cwd);
    const [action, revision, ...surplus] = line.operands;
    if (action === "use" && line.options.output === undefined) {
      if (revision !== undefined && surplus.length === 0) return useIndex(revision, line, context);
      throw new DocportError("ERR_USAGE", "docport index use: expected one revision, or latest", {
        hint: "`docport fleet status` lists what is kept.",
      });
    }
    const config = await loadCommandConfig(line, line.operands, context);
    const { output } = line.options;
    if (output === undefined) {
      throw new DocportError("ERR_USAGE", "docport index does not know where to write", {
        hint: "Name a file: `docport index SOURCE -o manual.docport`.",
      });
    }
    const startedAt = performance.now();
    const { buildIndex } = await import("../load-catalog.ts");
    const scratch = openScratch(output);
    try {
      const file = await reportLoading(config, context, (options) =>
        buildIndex(config, options, scratch),
      );
      await writeFileAtomic(output, file.chunks()).catch(refuse);
      const took = describeDuration(performance.now() - startedAt);
      context.stderr(`Indexed ${describeFacts(file.facts)} in ${took}\n`);
      const size = `${(file.byteLength / 1024 ** 2).toFixed(1)} MB`;
      context.stdout(`Wrote ${relative(context.cwd, output)} (${size})\n`);
      return EXIT_OK;
    } finally {
      scratch.close();
    }
  },
};

/** Room for what is built meanwhile, beside the file, where there must be as much anyway. */
function openScratch(output: string): Scratch & { close(): void } {
  const name = `.${basename(output)}.${randomBytes(6).toString("hex")}.tmp`;
  const file = orRefuse(() => new ScratchFile(join(dirname(output), name)));
  return {
    append: (bytes) => orRefuse(() => file.append(bytes)),
    read: (position, target) => orRefuse(() => file.read(position, target)),
    close: () => file[Symbol.dispose](),
  };
}

function orRefuse<T>(write: () => T): T {
  try {
    return write();
  } catch (cause) {
    return refuse(cause);
  }
}

function refuse(cause: unknown): never {
  if (cause instanceof DocportError) throw cause;
  throw new DocportError(
    "ERR_INDEX_WRITE",
    `the index file cannot be written: ${messageOf(cause)}`,
    {
      cause,
      hint: "Check that the folder exists, may be written and has room.",
    },
  );
}
