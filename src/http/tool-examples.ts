import { resultOf } from "../mcp/call-tool.ts";
import { cleanLine } from "../mcp/clean-text.ts";
import type { DocsContext } from "../mcp/docs-context.ts";
import { callFetch } from "../mcp/fetch-tool.ts";
import { callSearch } from "../mcp/search-tool.ts";
import type { ToolExample } from "../web/front-page.ts";

/** Most titles that are tried as a query until one is answered. */
const MAX_CANDIDATES = 40;
const SEARCH_LIMIT = 2;
/** From small to large: a page with long names needs more than the least. */
const FETCH_TOKENS = [500, 1_000];

/**
 * A call of each tool on this very catalog with what the tool answers: a search for the title of a
 * page, and the page that came first.
 */
export function makeToolExamples(context: DocsContext): readonly ToolExample[] {
  const query = answeredTitle(context);
  if (query === undefined) {
    return [
      { name: "search", arguments: { query: context.corpus.title }, answer: undefined },
      { name: "fetch", arguments: { id: "page" }, answer: undefined },
    ];
  }
  const search = { query, limit: SEARCH_LIMIT };
  const found = resultOf(callSearch(context, search)).structuredContent;
  const [first] = context.catalog.search(query, { limit: 1 }).hits;
  return [
    { name: "search", arguments: search, answer: JSON.stringify(found, null, 2) },
    fetchExample(context, first?.id ?? query),
  ];
}

function answeredTitle({ catalog, corpus }: DocsContext): string | undefined {
  const [main] = corpus.languages;
  const pages = catalog.pages().filter(({ language }) => language === main);
  // From everywhere: the first pages may all be of one kind, such as notes by number.
  const step = Math.ceil(pages.length / MAX_CANDIDATES);
  const titles = pages
    .filter((_page, place) => place % step === 0)
    .map(({ title }) => cleanLine(title, 80))
    .filter((title) => title !== "" && title.toLowerCase() !== corpus.title.toLowerCase())
    .toSorted((a, b) => oddness(a) - oddness(b));
  return titles.find((title) => catalog.search(title, { limit: 1 }).answered);
}

/** Small for what a person would type: a few words, no number, no single word. */
function oddness(title: string): number {
  const words = title.split(" ").length;
  return (/\d/.test(title) ? 2 : 0) + (words < 2 || words > 5 ? 1 : 0);
}

function fetchExample(context: DocsContext, id: string): ToolExample {
  for (const max_tokens of FETCH_TOKENS) {
    try {
      const { structuredContent } = callFetch(context, { id, max_tokens });
      const answer = JSON.stringify(structuredContent, null, 2);
      return { name: "fetch", arguments: { id, max_tokens }, answer };
    } catch {
      // The page's own names are longer than the budget.
    }
  }
  return { name: "fetch", arguments: { id }, answer: undefined };
}
