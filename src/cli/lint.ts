import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import { FINDING_HEADINGS, type Finding, type FindingKind } from "../catalog/lint/finding.ts";
import { toggle } from "../config/setting-types.ts";
import type { Config } from "../config.ts";
import { type Command, EXIT_FAILURE, EXIT_OK } from "./command.ts";
import { loadCommandConfig } from "./command-config.ts";
import { type CommandSyntax, readCommandLine } from "./command-line.ts";
import { describeFacts } from "./describe-facts.ts";
import { renderHelp } from "./help.ts";
import { reportLoading } from "./load-report.ts";
import { printable } from "./terminal.ts";

interface LintOptions {
  readonly json: boolean;
}

/** Findings of a kind that are listed without --json. */
const MOST_SHOWN = 20;

const SYNTAX: CommandSyntax<LintOptions> = {
  name: "lint",
  operands: "SOURCE...",
  groups: ["sources", "logging"],
  options: {
    json: { flag: "--json", type: toggle, fallback: false, doc: "Answer with one JSON object." },
  },
};

export const lintCommand: Command = {
  name: "lint",
  summary: "List what makes pages hard to find.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport lint ./docs", "list what makes pages hard to find"],
      ["docport lint ./docs --strict", "exit with 1 when there is a finding, for CI"],
      ["docport lint ./docs --json", "answer in JSON"],
    ],
    about:
      "Reads the documentation and lists sections that lose the search for their own title, duplicate" +
      " titles, headings without text, images without alternative text, broken links and anchors," +
      " llms.txt entries that lead nowhere, and passages that read like instructions to an AI.",
  }),

  async run(args, context) {
    const line = readCommandLine(SYNTAX, args, context.cwd);
    const config = await loadCommandConfig(line, line.operands, context);
    const { loadCatalog } = await import("../load-catalog.ts");
    const findings: Finding[] = [];
    const catalog = await reportLoading(config, context, (load) =>
      // A page that cannot be read is a finding here, not the end.
      loadCatalog(
        // Nothing that is looked for here needs vectors.
        { ...config, strict: false, embeddingsUrl: undefined },
        {
          ...load,
          onProblem: ({ path, reason }) =>
            findings.push({ kind: "unreadable-page", where: path, detail: reason }),
        },
      ),
    );
    const pages = await import("../catalog/lint/lint-pages.ts");
    const instructions = await import("../catalog/lint/lint-instructions.ts");
    const titles = await import("../catalog/lint/lint-titles.ts");
    findings.push(
      ...titles.lintLostTitles(catalog),
      ...titles.lintDuplicateTitles(catalog),
      ...pages.lintPages(catalog),
      ...instructions.lintInstructions(catalog),
      ...(await lintLlmsTexts(config, catalog)),
    );
    context.stdout(line.options.json ? renderJson(findings) : renderText(findings, catalog));
    return config.strict && findings.length > 0 ? EXIT_FAILURE : EXIT_OK;
  },
};

/** Checks the `llms.txt` that folders among the sources publish beside their pages. */
async function lintLlmsTexts(config: Config, catalog: Catalog): Promise<Finding[]> {
  const findings: Finding[] = [];
  const { lintLlmsText } = await import("../catalog/lint/lint-pages.ts");
  for (const { location } of config.sources) {
    if (location.includes("://")) continue;
    for (const folder of ["", "static", "public"]) {
      const text = await readFile(join(location, folder, "llms.txt"), "utf8").catch(
        () => undefined,
      );
      if (text !== undefined) findings.push(...lintLlmsText(text, catalog));
    }
  }
  return findings;
}

/** The answer for programs. Its fields are only ever added to. */
function renderJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ count: findings.length, findings }, null, 2)}\n`;
}

function renderText(findings: readonly Finding[], catalog: Catalog): string {
  const lines = [`${describeFacts(catalog.facts)}: ${countOf(findings.length)}`];
  for (const kind of kindsOf(findings)) {
    const all = findings.filter((finding) => finding.kind === kind);
    lines.push("", `${FINDING_HEADINGS[kind]} (${all.length})`);
    for (const { where, detail } of all.slice(0, MOST_SHOWN)) {
      lines.push(`  ${printable(where)}  ${printable(detail)}`);
    }
    if (all.length > MOST_SHOWN)
      lines.push(`  and ${all.length - MOST_SHOWN} more: --json has all`);
  }
  return `${lines.join("\n")}\n`;
}

function kindsOf(findings: readonly Finding[]): FindingKind[] {
  return [...new Set(findings.map(({ kind }) => kind))];
}

function countOf(count: number): string {
  if (count === 0) return "nothing to report";
  return count === 1 ? "one finding" : `${count} findings`;
}
