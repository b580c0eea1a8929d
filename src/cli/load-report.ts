import type { Config } from "../config.ts";
import type { LoadCatalogOptions } from "../load-catalog.ts";
import type { CommandContext } from "./command.ts";
import { ProblemReport } from "./problem-report.ts";
import { createProgressBar } from "./progress.ts";
import { printable } from "./terminal.ts";

/**
 * Runs `load` with a progress bar and a list of the pages that could not be read, both on stderr.
 * The list is written when it has ended, whether well or not.
 */
export async function reportLoading<T>(
  config: Config,
  context: CommandContext,
  load: (options: LoadCatalogOptions) => Promise<T>,
): Promise<T> {
  const { stderr, stderrIsTerminal, signal } = context;
  const bar = createProgressBar({ stderr, isTerminal: stderrIsTerminal, now: Date.now });
  const problems = new ProblemReport(
    config.logLevel === "debug" ? Number.POSITIVE_INFINITY : undefined,
  );
  try {
    return await load({
      fetch: context.fetch,
      env: context.env,
      now: Date.now,
      signal,
      onProgress: (progress) => bar.update(progress),
      onProblem: (problem) => problems.add(problem),
      onWarning: (warning) => {
        bar.clear();
        stderr(`docport: ${printable(warning)}\n`);
      },
    });
  } finally {
    bar.clear();
    if (problems.count > 0) stderr(problems.render());
  }
}
