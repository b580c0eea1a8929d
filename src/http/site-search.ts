import type { CatalogHit, CatalogSearchResult } from "../catalog/catalog.ts";
import { cleanLine } from "../mcp/clean-text.ts";
import type { DocsContext } from "../mcp/docs-context.ts";
import type { Messages } from "../web/messages.ts";
import type { ResultView, SearchView } from "../web/search-view.ts";

/** Longest query of a person that is looked at. */
export const MAX_QUERY_CHARS = 300;

const MAX_RESULTS = 8;
const MAX_CLOSEST = 4;
const SNIPPET_CHARS = 220;

/** Answers a person's query from the index that the tools use, in the words of the page. */
export async function searchSite(
  { catalog, corpus, urls }: DocsContext,
  rawQuery: string,
  messages: Messages,
): Promise<SearchView> {
  const query = cleanLine(rawQuery, MAX_QUERY_CHARS);
  if (query === "") return { query, summary: "", results: [] };
  const language = corpus.languages.find((tag) => tag.split("-", 1)[0] === messages.code);
  const options = {
    limit: MAX_RESULTS,
    snippetChars: SNIPPET_CHARS,
    ...(language === undefined ? {} : { language }),
  };
  const found = catalog.searchSemantically
    ? await catalog.searchSemantically(query, options)
    : catalog.search(query, options);
  const hits = found.answered ? found.hits : found.hits.slice(0, MAX_CLOSEST);
  return {
    query,
    summary: summaryOf(found, hits.length, messages),
    results: hits.map((hit) => resultOf(hit, urls.absolute(hit.url, hit.pageId), messages)),
  };
}

function summaryOf(found: CatalogSearchResult, shown: number, messages: Messages): string {
  const byWords = found.notice === undefined ? "" : ` ${messages.byWordsOnly}`;
  if (shown === 0) return messages.noResults + byWords;
  const corrected =
    found.corrected === undefined ? "" : `${messages.corrected(cleanLine(found.corrected))} `;
  const came = found.answered ? messages.resultCount(shown) : messages.onlyClosest;
  return corrected + came + byWords;
}

function resultOf(hit: CatalogHit, url: string, messages: Messages): ResultView {
  const title = cleanLine(hit.title) || hit.id;
  const above = hit.headingPath.slice(0, -1).map((heading) => cleanLine(heading, 100));
  return {
    title,
    path: cleanLine(above.join(" › "), 300),
    url,
    language: hit.language,
    snippet: snippetPieces(hit.snippet),
    reasons: reasonsOf(hit.matched, messages),
  };
}

/** The snippet cut at the borders of its matches. */
function snippetPieces({ text, matches, cutBefore, cutAfter }: CatalogHit["snippet"]): {
  readonly text: string;
  readonly isMatch: boolean;
}[] {
  const pieces: { text: string; isMatch: boolean }[] = [];
  const add = (piece: string, isMatch: boolean): void => {
    if (piece !== "") pieces.push({ text: cleanPiece(piece), isMatch });
  };
  let at = 0;
  for (const [start, end] of matches) {
    add(text.slice(at, start), false);
    add(text.slice(start, end), true);
    at = end;
  }
  add(text.slice(at), false);
  if (cutBefore) pieces.unshift({ text: "… ", isMatch: false });
  if (cutAfter) pieces.push({ text: " …", isMatch: false });
  return pieces;
}

/** As `cleanLine`, but a space at an end stays: it stands between two pieces. */
function cleanPiece(piece: string): string {
  const lead = /^\s/.test(piece) ? " " : "";
  const trail = /\s$/.test(piece) ? " " : "";
  const line = cleanLine(piece, SNIPPET_CHARS);
  return line === "" ? lead : lead + line + trail;
}

/** Words by the field that holds them, in the order of the fields' weight. */
function reasonsOf(
  matched: CatalogHit["matched"],
  messages: Messages,
): { readonly field: string; readonly words: string }[] {
  const names = ["title", "headings", "text", "code"] as const;
  return names.flatMap((name) => {
    const words = matched.filter(({ fields }) => fields.includes(name)).map(({ term }) => term);
    const shown = words.slice(0, 6).map((word) => cleanLine(word, 40));
    return shown.length === 0 ? [] : [{ field: messages.fields[name], words: shown.join(", ") }];
  });
}
