import type { CallToolResult } from "@modelcontextprotocol/server";
import type { Catalog, CatalogSearchResult } from "../catalog/catalog.ts";
import { cleanLine } from "./clean-text.ts";
import type { DocsContext } from "./docs-context.ts";
import { emptyFilterNotice, resolveFilters } from "./search-filters.ts";
import { SearchPayload } from "./search-payload.ts";
import { withSource } from "./sources.ts";
import { type ArgumentSpecs, parseArguments } from "./tool-arguments.ts";
import { jsonResult, MAX_RESULT_CHARS, MIN_TOKENS } from "./tool-result.ts";
import { SNIPPET_CHARS, type WrittenHit } from "./written-hits.ts";

export const DEFAULT_SEARCH_TOKENS = 4_000;
export const DEFAULT_SEARCH_LIMIT = 10;
export const MAX_SEARCH_LIMIT = 50;

/** Hits shown when the catalog finds that nothing really answers. */
const MAX_CLOSEST = 5;

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

/** An answer that was weighed and is not written yet, or one that was made as it is. */
export type SearchAnswer = SearchPayload | CallToolResult;

/**
 * The `search` tool. Its result always has `results: [{id, title, url, ...}]` and is never above
 * `max_tokens`; what did not fit is counted in `omitted`, with the call that gets it.
 * Throws `ArgumentError` for arguments that cannot be read.
 */
export function callSearch(
  context: DocsContext,
  raw: Readonly<Record<string, unknown>>,
): SearchAnswer {
  const request = readSearch(context, raw);
  const { query, options, wider } = request;
  const found = context.catalog.search(query, options);
  const isWider = found.hits.length === 0 && wider !== undefined;
  return renderSearch(context, request, isWider ? context.catalog.search(query, wider) : found, {
    isWider,
  });
}

/**
 * As {@link callSearch}, by meaning too where the catalog can. A filter that holds something is
 * never left out: the nearest in meaning is always there.
 */
export async function callSearchSemantically(
  context: DocsContext,
  raw: Readonly<Record<string, unknown>>,
): Promise<SearchAnswer> {
  const { searchSemantically } = context.catalog;
  if (!searchSemantically) return callSearch(context, raw);
  const request = readSearch(context, raw);
  const { query, options, wider } = request;
  const found = await searchSemantically(query, options);
  const isWider = found.hits.length === 0 && wider !== undefined;
  return renderSearch(context, request, isWider ? await searchSemantically(query, wider) : found, {
    isWider,
  });
}

type SearchOptions = Parameters<Catalog["search"]>[1];

/** The arguments of a call, read. */
interface SearchRequest {
  readonly query: string;
  readonly options: SearchOptions;
  /** The options without filters, when there are filters. */
  readonly wider: SearchOptions;
  readonly filters: ReturnType<typeof resolveFilters>;
  readonly maxTokens: number;
  readonly notices: readonly string[];
  /** As the caller gave them, for the call that gets the rest. */
  readonly given: Readonly<Record<string, string | number>>;
}

function readSearch(
  { corpus }: DocsContext,
  raw: Readonly<Record<string, unknown>>,
): SearchRequest {
  const { strings, integers, notices } = parseArguments(raw, withSource(SEARCH_ARGUMENTS, corpus));
  const limit = integers.get("limit") ?? DEFAULT_SEARCH_LIMIT;
  const maxTokens = integers.get("max_tokens") ?? DEFAULT_SEARCH_TOKENS;
  const filters = resolveFilters(Object.fromEntries(strings), corpus);
  const { notices: _, source, ...known } = filters;
  const language = filters.language === undefined ? {} : { language: filters.language };
  const within = source === undefined ? {} : { section: source };
  const isFiltered = filters.version !== undefined || filters.section !== source;
  return {
    query: strings.get("query") ?? "",
    options: { ...known, limit, snippetChars: SNIPPET_CHARS },
    wider: isFiltered ? { ...language, ...within, limit, snippetChars: SNIPPET_CHARS } : undefined,
    filters,
    maxTokens,
    notices: [...notices, ...filters.notices],
    given: { ...Object.fromEntries(strings), ...Object.fromEntries(integers) },
  };
}

function renderSearch(
  { corpus, writeHit, onUnanswered }: DocsContext,
  { query, filters, maxTokens, notices, given }: SearchRequest,
  found: CatalogSearchResult,
  { isWider }: { readonly isWider: boolean },
): SearchAnswer {
  if (!found.answered) onUnanswered?.(query, found);
  const said = [...notices];
  if (isWider && found.hits.length > 0) said.push(emptyFilterNotice(filters, corpus));
  if (found.notice !== undefined) said.push(found.notice);
  if (!found.answered) said.push(unansweredNotice(found, corpus.sections));

  const hits = found.answered ? found.hits : found.hits.slice(0, MAX_CLOSEST);
  const results = hits.map((hit) => writeHit(hit, filters.language));
  return fitResults(results, found, said, maxTokens, given);
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
  hits: readonly WrittenHit[],
  found: CatalogSearchResult,
  notices: readonly string[],
  maxTokens: number,
  given: Readonly<Record<string, string | number>>,
): SearchAnswer {
  const whole = new SearchPayload(hits, about({}));
  if (whole.fits(maxTokens)) return whole;

  function about(omitted: { readonly omitted?: unknown }): Readonly<Record<string, unknown>> {
    return {
      ...(found.answered ? {} : { answered: false }),
      ...(found.corrected === undefined ? {} : { corrected: cleanLine(found.corrected) }),
      ...(notices.length > 0 && { notice: notices.join(" ").slice(0, 1_000) }),
      ...omitted,
    };
  }
  const payload = (shown: number): SearchPayload => {
    // What the caller would have to ask for to get all of it, or its part beyond the character cap.
    const wider =
      whole.chars > MAX_RESULT_CHARS
        ? { ...given, limit: Math.max(1, shown) }
        : { ...given, max_tokens: whole.tokens };
    const omitted = {
      count: hits.length - shown,
      reason: `max_tokens ${maxTokens}`,
      next_call: { name: "search", arguments: wider },
    };
    return new SearchPayload(hits.slice(0, shown), about({ omitted }));
  };
  let low = 0;
  let high = hits.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (payload(middle).fits(maxTokens)) low = middle;
    else high = middle - 1;
  }
  const fitting = hits.length === 0 ? whole : payload(low);
  if (fitting.fits(maxTokens)) return fitting;
  // The call that gets it would repeat a query that is itself longer than the budget.
  const bare = {
    results: [],
    notice: `Nothing fits in max_tokens ${maxTokens}: send ${whole.tokens}.`,
  };
  return jsonResult(JSON.stringify(bare), bare);
}
