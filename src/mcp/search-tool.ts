import type { CallToolResult } from "@modelcontextprotocol/server";
import type { CatalogHit, CatalogSearchResult } from "../catalog/catalog.ts";
import { cleanLine } from "./clean-text.ts";
import type { DocsContext } from "./docs-context.ts";
import { modelLine } from "./model-text.ts";
import { emptyFilterNotice, resolveFilters } from "./search-filters.ts";
import { countTokens } from "./token-count.ts";
import { type ArgumentSpecs, parseArguments } from "./tool-arguments.ts";
import { fitsBudget, jsonResult, MAX_RESULT_CHARS, MIN_TOKENS } from "./tool-result.ts";

export const DEFAULT_SEARCH_TOKENS = 4_000;
export const DEFAULT_SEARCH_LIMIT = 10;
export const MAX_SEARCH_LIMIT = 50;

/** Hits shown when the catalog finds that nothing really answers. */
const MAX_CLOSEST = 5;
const SNIPPET_CHARS = 300;

export const SEARCH_ARGUMENTS: ArgumentSpecs = {
  query: {
    type: "string",
    isRequired: true,
    maxChars: 1_000,
    aliases: [
      "q",
      "userQuery",
      "searchQuery",
      "search",
      "question",
      "text",
      "input",
      "keywords",
      "queries",
      "term",
    ],
  },
  language: { type: "string", aliases: ["lang", "locale"] },
  version: { type: "string", aliases: ["v", "ver"] },
  section: { type: "string", aliases: ["path", "prefix", "category", "topic"] },
  limit: {
    type: "integer",
    min: 1,
    max: MAX_SEARCH_LIMIT,
    aliases: ["maxResults", "numResults", "topK", "top", "k", "n", "count", "size"],
  },
  max_tokens: {
    type: "integer",
    min: MIN_TOKENS,
    max: 1_000_000,
    aliases: ["tokens", "tokenBudget", "budget", "tokenLimit"],
  },
};

/**
 * The `search` tool. Its result always has `results: [{id, title, url, ...}]` and is never above
 * `max_tokens`; what did not fit is counted in `omitted`, with the call that gets it.
 * Throws `ArgumentError` for arguments that cannot be read.
 */
export function callSearch(
  { catalog, corpus, urls }: DocsContext,
  raw: Readonly<Record<string, unknown>>,
): CallToolResult {
  const { strings, integers, notices } = parseArguments(raw, SEARCH_ARGUMENTS);
  const query = strings.get("query") ?? "";
  const limit = integers.get("limit") ?? DEFAULT_SEARCH_LIMIT;
  const maxTokens = integers.get("max_tokens") ?? DEFAULT_SEARCH_TOKENS;
  const filters = resolveFilters(Object.fromEntries(strings), corpus);
  const said = [...notices, ...filters.notices];

  const { notices: _, ...known } = filters;
  let found = catalog.search(query, { ...known, limit, snippetChars: SNIPPET_CHARS });
  if (found.hits.length === 0 && (filters.version !== undefined || filters.section !== undefined)) {
    const language = filters.language === undefined ? {} : { language: filters.language };
    found = catalog.search(query, { ...language, limit, snippetChars: SNIPPET_CHARS });
    if (found.hits.length > 0) said.push(emptyFilterNotice(filters, corpus));
  }
  if (!found.answered) said.push(unansweredNotice(found, corpus.sections));

  const hits = found.answered ? found.hits : found.hits.slice(0, MAX_CLOSEST);
  const isMultilingual = corpus.languages.length > 1;
  const results = hits.map((hit) => ({
    id: hit.id,
    title: cleanLine(hit.title) || hit.id,
    url: urls.absolute(hit.url, hit.pageId),
    ...hitDetails(hit, isMultilingual, filters.language),
  }));
  return fitResults(results, found, said, maxTokens, {
    ...Object.fromEntries(strings),
    ...Object.fromEntries(integers),
  });
}

function hitDetails(
  hit: CatalogHit,
  isMultilingual: boolean,
  wanted: string | undefined,
): Readonly<Record<string, string>> {
  const { snippet } = hit;
  const text = modelLine(cleanLine(snippet.text, SNIPPET_CHARS * 2));
  const path = hit.headingPath.map((heading) => cleanLine(heading, 100)).join(" > ");
  return {
    ...(path && { heading_path: cleanLine(path, 300) }),
    ...(text && {
      snippet: (snippet.cutBefore ? "… " : "") + text + (snippet.cutAfter ? " …" : ""),
    }),
    ...(isMultilingual && { language: hit.language }),
    ...(hit.version !== undefined && { version: cleanLine(hit.version, 40) }),
    ...(wanted !== undefined &&
      hit.language !== wanted && { note: `Not available in ${wanted}; this is ${hit.language}.` }),
  };
}

function unansweredNotice(found: CatalogSearchResult, sections: readonly string[]): string {
  if (found.hits.length > 0) {
    return "Nothing in this documentation seems to answer this; the results are only the closest headings.";
  }
  const where = sections.length > 0 ? ` It covers: ${sections.slice(0, 12).join(", ")}.` : "";
  return `No page holds any of these words.${where} Try other words, one topic a query.`;
}

/** As many of the results, from the best, as the budget holds. */
function fitResults(
  results: readonly Readonly<Record<string, string>>[],
  found: CatalogSearchResult,
  notices: readonly string[],
  maxTokens: number,
  given: Readonly<Record<string, string | number>>,
): CallToolResult {
  const payload = (shown: number): Readonly<Record<string, unknown>> => ({
    results: results.slice(0, shown),
    ...(found.answered ? {} : { answered: false }),
    ...(found.corrected === undefined ? {} : { corrected: cleanLine(found.corrected) }),
    ...(notices.length > 0 && { notice: notices.join(" ").slice(0, 1_000) }),
    ...(shown < results.length && {
      omitted: {
        count: results.length - shown,
        reason: `max_tokens ${maxTokens}`,
        next_call: { name: "search", arguments: widerCall(shown) },
      },
    }),
  });
  const everything = JSON.stringify(payload(results.length));
  if (fitsBudget(everything, maxTokens)) return jsonResult(everything, payload(results.length));

  // What the caller would have to ask for to get all of it, or its part beyond the character cap.
  function widerCall(shown: number): Readonly<Record<string, string | number>> {
    const isBeyondCap = everything.length > MAX_RESULT_CHARS;
    return isBeyondCap
      ? { ...given, limit: Math.max(1, shown) }
      : { ...given, max_tokens: countTokens(everything) };
  }
  let low = 0;
  let high = results.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (fitsBudget(JSON.stringify(payload(middle)), maxTokens)) low = middle;
    else high = middle - 1;
  }
  const text = JSON.stringify(payload(low));
  if (fitsBudget(text, maxTokens)) return jsonResult(text, payload(low));
  // The call that gets it would repeat a query that is itself longer than the budget.
  const bare = {
    results: [],
    notice: `Nothing fits in max_tokens ${maxTokens}: send ${countTokens(everything)}.`,
  };
  return jsonResult(JSON.stringify(bare), bare);
}
