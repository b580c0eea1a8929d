import type { Catalog } from "../catalog/catalog.ts";
import { createDocsContext, type DocsContext } from "../mcp/docs-context.ts";
import { renderFrontPage, type ToolExample } from "../web/front-page.ts";
import { choosePageLanguage, MESSAGES, type PageLanguage } from "../web/messages.ts";
import type { AccessGate } from "./auth/access-gate.ts";
import type { HttpHandlerOptions } from "./http-options.ts";
import { signInNote } from "./llms-txt.ts";
import { loadPageAssets } from "./page-assets.ts";
import { prefersHtml } from "./prefers-html.ts";
import type { PublicBase } from "./public-base.ts";
import type { Route, RouteEntries } from "./route.ts";
import { searchSite } from "./site-search.ts";
import { taggedResponse } from "./tagged-response.ts";
import { makeToolExamples } from "./tool-examples.ts";

/** Only what this server gives itself; nothing inline, nothing framed, nothing from elsewhere. */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A query is nobody's business but the one's who typed it: no cache in between keeps its answer. */
const PRIVATE = "private, no-cache";
const REVALIDATED = "public, no-cache";

/** What is worked out of a catalog once. */
interface Kept {
  readonly context: DocsContext;
  readonly examples: readonly ToolExample[];
}

/** `/`, `/search.json` and the page's own files. */
export function frontPageRoutes(options: HttpHandlerOptions, base: PublicBase): RouteEntries {
  const assets = loadPageAssets();
  const kept = new WeakMap<Catalog, Map<string, Kept>>();

  const page: Route = {
    GET: async (request, url, { visit }) => {
      const { context, examples } = keep(request);
      const headers = { vary: "accept, accept-language" };
      const query = url.searchParams.get("q")?.trim() || undefined;
      const refusal = query === undefined ? undefined : visit?.holds(ONE_SEARCH);
      if (refusal) return refusal;
      if (!prefersHtml(request.headers.get("accept"))) {
        return taggedResponse(request, markdownPage(context, base(request), options.access), {
          ...headers,
          "content-type": "text/markdown; charset=utf-8",
          "cache-control": REVALIDATED,
        });
      }
      const language = pageLanguage(request, url);
      const { facts } = context.catalog;
      const view = renderFrontPage({
        language,
        isLanguageAsked: url.searchParams.get("lang") === language,
        title: context.corpus.title,
        pageCount: facts.pageCount,
        sectionCount: facts.sectionCount,
        languages: context.corpus.languages,
        versions: context.corpus.versions,
        builtAt: facts.builtAt,
        publicUrl: base(request),
        certificateLine: options.certificateLine?.(),
        search:
          query === undefined ? undefined : await searchSite(context, query, MESSAGES[language]),
        examples,
        signIn: options.access?.accepts,
        assets: assets.paths,
      });
      return taggedResponse(request, view, {
        ...headers,
        "content-type": "text/html; charset=utf-8",
        "content-language": language,
        "content-security-policy": PAGE_POLICY,
        "cache-control": query === undefined ? REVALIDATED : PRIVATE,
      });
    },
  };
  const search: Route = {
    GET: async (request, url, { visit }) => {
      const refusal = visit?.holds(ONE_SEARCH);
      if (refusal) return refusal;
      const messages = MESSAGES[pageLanguage(request, url)];
      const query = url.searchParams.get("q") ?? "";
      const found = await searchSite(keep(request).context, query, messages);
      return taggedResponse(request, JSON.stringify(found), {
        vary: "accept-language",
        "content-type": "application/json",
        "cache-control": PRIVATE,
      });
    },
  };
  return [["/", page], ["/search.json", search], ...assets.routes];

  function keep(request: Request): Kept {
    const catalog = options.catalog();
    const publicUrl = base(request);
    const byBase = kept.get(catalog) ?? new Map<string, Kept>();
    kept.set(catalog, byBase);
    const known = byBase.get(publicUrl);
    if (known) return known;
    const context = createDocsContext(catalog, { publicUrl });
    const made = { context, examples: makeToolExamples(context) };
    // A proxy that is trusted can name many hosts; what is kept for them must not grow.
    if (byBase.size >= MAX_BASES) byBase.clear();
    byBase.set(publicUrl, made);
    return made;
  }
}

const MAX_BASES = 8;
const ONE_SEARCH = { messages: 1, searches: 1 };

export function pageLanguage(request: Request, url: URL): PageLanguage {
  return choosePageLanguage(url.searchParams.get("lang"), request.headers.get("accept-language"));
}

/** The same address for an assistant: what this is and where its parts are. */
function markdownPage({ corpus }: DocsContext, publicUrl: string, access?: AccessGate): string {
  const at = (path: string): string => new URL(path, publicUrl).href;
  return `# ${corpus.title}

${corpus.summary}

- MCP server (Streamable HTTP): ${at("/mcp")}${access ? signInNote(access.accepts) : ""}
- List of all pages, each as Markdown: ${at("/llms.txt")}
- Everything in one file: ${at("/llms-full.txt")}
- Search without MCP, as JSON: ${at("/search.json?q=")}

The MCP server has two tools: \`search\` finds sections, \`fetch\` reads a page or section by its id. Both only read.
`;
}
