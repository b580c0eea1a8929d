import { toggle } from "../config/setting-types.ts";
import { type Config, loadConfig } from "../config.ts";
import type { Gap } from "../gaps/cluster-queries.ts";
import type { ReportedGap } from "../gaps/gap-report.ts";
import type { UnansweredQuery } from "../gaps/unanswered-query.ts";
import { DocportError, messageOf } from "../lib/errors.ts";
import { type Command, type CommandContext, EXIT_OK } from "./command.ts";
import { type CommandSyntax, readCommandLine, withSources } from "./command-line.ts";
import { renderHelp } from "./help.ts";
import { reportLoading } from "./load-report.ts";

interface GapsOptions {
  readonly json: boolean;
}

const MAX_CLOSEST = 3;

const SYNTAX: CommandSyntax<GapsOptions> = {
  name: "gaps",
  operands: "[SOURCE...]",
  groups: ["sources", "logging"],
  options: {
    json: { flag: "--json", type: toggle, fallback: false, doc: "Answer with one JSON object." },
  },
};

export const gapsCommand: Command = {
  name: "gaps",
  summary: "Report what was asked and not found.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport gaps ./docs", "a report in Markdown, without what these pages answer by now"],
      ["docport gaps", "the same with all that was kept in the data folder"],
      ["docport gaps --json", "answer in JSON"],
    ],
    about:
      "Reads the queries that a server with `logQueries` kept because it had no confident answer, puts" +
      " those together that ask for the same, and writes a report: what was asked, how often, when," +
      " and the sections that came closest. With SOURCE it looks again in that documentation.",
  }),

  async run(args, context) {
    const line = readCommandLine(SYNTAX, args, context.cwd);
    const config = await loadConfig({
      flags: withSources(line.flags, line.operands, context.cwd),
      ...(line.configFile === undefined ? {} : { configFile: line.configFile }),
      env: context.env,
      cwd: context.cwd,
    });
    const { clusterQueries } = await import("../gaps/cluster-queries.ts");
    const { gapsJson, gapsMarkdown } = await import("../gaps/gap-report.ts");
    const gaps = clusterQueries(await readQueries(config));
    const reported =
      line.operands.length > 0
        ? await lookAgain(gaps, config, context)
        : gaps.map((gap) => ({ ...gap, closest: gap.closest.map((id) => ({ id })) }));
    context.stdout(line.options.json ? gapsJson(reported) : gapsMarkdown(reported));
    return EXIT_OK;
  },
};

async function readQueries({ dataFolder }: Config): Promise<readonly UnansweredQuery[]> {
  const { readGaps } = await import("../gaps/gap-file.ts");
  try {
    return await readGaps(dataFolder);
  } catch (cause) {
    throw new DocportError(
      "ERR_DATA_FOLDER",
      `the queries in ${dataFolder} cannot be read: ${messageOf(cause)}`,
      {
        cause,
        hint: "Run it as the user that the server runs as, or name the folder with --data-folder.",
      },
    );
  }
}

async function lookAgain(
  gaps: readonly Gap[],
  config: Config,
  context: CommandContext,
): Promise<readonly ReportedGap[]> {
  const { loadCatalog } = await import("../load-catalog.ts");
  const catalog = await reportLoading(config, context, (options) =>
    // What is answered is decided by words alone.
    loadCatalog({ ...config, embeddingsUrl: undefined }, options),
  );
  return gaps.map((gap) => {
    const { answered, hits } = catalog.search(gap.query, { limit: MAX_CLOSEST });
    return {
      ...gap,
      isAnsweredNow: answered,
      closest: hits.map(({ id, title }) => ({ id, title })),
    };
  });
}
