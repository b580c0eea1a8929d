import type { Catalog, CatalogHit, CatalogSearchResult } from "../catalog/catalog.ts";
import { languageTag, text, toggle, wholeNumber } from "../config/setting-types.ts";
import { DocportError } from "../lib/errors.ts";
import { type Command, type CommandContext, EXIT_OK } from "./command.ts";
import { loadCommandConfig } from "./command-config.ts";
import { type CommandSyntax, readCommandLine } from "./command-line.ts";
import { describeDuration, describeFacts } from "./describe-facts.ts";
import { renderHelp } from "./help.ts";
import { reportLoading } from "./load-report.ts";
import { highlight, printable } from "./terminal.ts";

interface SearchCommandOptions {
  readonly limit: number;
  readonly language: string | undefined;
  readonly section: string | undefined;
  readonly json: boolean;
}

const SYNTAX: CommandSyntax<SearchCommandOptions> = {
  name: "search",
  operands: 'SOURCE... "QUERY"',
  groups: ["sources", "semantic", "logging"],
  options: {
    limit: {
      flag: "--limit",
      type: wholeNumber("COUNT", 1, 100),
      fallback: 5,
      doc: "Most sections shown. Default: 5.",
    },
    language: {
      flag: "--language",
      type: languageTag,
      fallback: undefined,
      doc: "Prefer pages in this language.",
    },
    section: {
      flag: "--section",
      type: text("PATH"),
      fallback: undefined,
      doc: "Search only this part of the documentation, such as guide/install.",
    },
    json: {
      flag: "--json",
      type: toggle,
      fallback: false,
      doc: "Answer with one JSON object.",
    },
  },
};

export const searchCommand: Command = {
  name: "search",
  summary: "Search documentation in the terminal, as an assistant would.",
  help: renderHelp(SYNTAX, {
    examples: [
      ['docport search ./docs "how do I install it"', "search a folder"],
      [
        'docport search manual.docport "port 80 refused"',
        "search an index file: nothing is read again",
      ],
      ['docport search ./docs "instalar" --language es --json', "prefer Spanish, answer in JSON"],
    ],
    about:
      "Reads the documentation, then shows the sections that answer the query best: title, URL and" +
      " the words that were found.",
  }),

  async run(args, context) {
    const line = readCommandLine(SYNTAX, args, context.cwd);
    const config = await loadCommandConfig(line, line.operands.slice(0, -1), context);
    const query = line.operands.at(-1);
    if (query === undefined || query.trim() === "") {
      throw new DocportError("ERR_USAGE", "docport search needs a query", {
        hint: 'Put it last, in quotes: `docport search ./docs "how do I install it"`.',
      });
    }
    const startedAt = performance.now();
    const { loadCatalog } = await import("../load-catalog.ts");
    const ended = new AbortController();
    const signal = AbortSignal.any([context.signal, ended.signal]);
    const catalog = await reportLoading(config, context, (options) =>
      loadCatalog(config, { ...options, signal }),
    );
    const took = describeDuration(performance.now() - startedAt);
    context.stderr(`Indexed ${describeFacts(catalog.facts)} in ${took}\n\n`);

    const { limit, language, section, json } = line.options;
    const options = {
      limit,
      ...(language === undefined ? {} : { language }),
      ...(section === undefined ? {} : { section }),
    };
    const result = catalog.searchSemantically
      ? await catalog.searchSemantically(query, options)
      : catalog.search(query, options);
    // An embeddings endpoint that is late would keep the command from ending.
    ended.abort();
    context.stdout(json ? renderJson(query, result) : renderText(query, result, catalog, context));
    return EXIT_OK;
  },
};

/** The answer for programs. Its fields are only ever added to. */
function renderJson(query: string, result: CatalogSearchResult): string {
  const { answered, confidence, total, corrected, notice, hits } = result;
  const answer = { query, corrected, answered, confidence, total, notice, hits };
  return `${JSON.stringify(answer, null, 2)}\n`;
}

function renderText(
  query: string,
  result: CatalogSearchResult,
  catalog: Catalog,
  context: CommandContext,
): string {
  const { title } = catalog.facts;
  const head: string[] = [];
  if (result.corrected !== undefined)
    head.push(`Searched for "${printable(result.corrected)}".`, "");
  if (result.notice !== undefined) head.push(printable(result.notice), "");
  if (result.hits.length === 0) {
    head.push(`Nothing in ${printable(title)} matches "${printable(query)}".`);
  } else if (!result.answered) {
    head.push(`${printable(title)} does not seem to answer this. The closest sections:`, "");
  }
  const withBold = context.isTerminal && !context.env["NO_COLOR"];
  const hits = result.hits.map((hit, index) => renderHit(hit, index + 1, withBold));
  return `${[...head, hits.join("\n\n")].join("\n").trimEnd()}\n`;
}

function renderHit(hit: CatalogHit, rank: number, withBold: boolean): string {
  const { text: snippetText, matches, cutBefore, cutAfter } = hit.snippet;
  const snippet = highlight(snippetText, withBold ? matches : []).replaceAll(/\s+/g, " ");
  const path = printable(hit.headingPath.join(" > "));
  const lines = [
    `${rank}. ${withBold ? highlight(path, [[0, path.length]]) : path}`,
    `   ${printable(hit.url)}`,
  ];
  if (snippet.trim() === "") return lines.join("\n");
  return [...lines, `   ${cutBefore ? "... " : ""}${snippet.trim()}${cutAfter ? " ..." : ""}`].join(
    "\n",
  );
}
