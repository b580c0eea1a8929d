import type { Catalog } from "../catalog/catalog.ts";
import { systemClock } from "../lib/clock.ts";
import type { DirectAnswers } from "../mcp/direct/direct-answers.ts";
import { createPageUrls, pageIdOfPath } from "../mcp/page-urls.ts";
import { crawlerRoutes } from "./crawler-files.ts";
import { discoveryRoutes } from "./discovery.ts";
import { frontPageRoutes } from "./front-page.ts";
import type { HttpHandlerOptions, HttpLimits } from "./http-options.ts";
import { llmsFullTxt, llmsTxt, pageText, streamText } from "./llms-txt.ts";
import { createMcpEndpoint } from "./mcp-endpoint.ts";
import { HEALTH_PATH, READY_PATH } from "./probe-paths.ts";
import type { PublicBase } from "./public-base.ts";
import { refreshRoutes } from "./refresh-hook.ts";
import { textResponse } from "./responses.ts";
import type { Route } from "./route.ts";
import { type SharedText, SharedTexts } from "./shared-texts.ts";
import { createSseEndpoint, MESSAGE_PATH } from "./sse-endpoint.ts";

/** Every route over one catalog. */
export interface Site {
  routeOf(path: string): Route | undefined;
  /** Answers of MCP without the SDK, where there are any. */
  readonly direct: DirectAnswers | undefined;
  /** Name of the route at a path, from a list that does not grow with requests. */
  routeNameOf(path: string): string;
  /** Ends open streams. */
  close(): Promise<void>;
}

export function createSite(
  options: HttpHandlerOptions,
  limits: HttpLimits,
  base: PublicBase,
): Site {
  const mcp = createMcpEndpoint(options, limits);
  const sse = createSseEndpoint(options, limits);
  const texts = new SharedTexts();

  const routes = new Map<string, Route>([
    ["/mcp", { POST: (request, _url, context) => mcp.post(request, context) }],
    [
      "/sse",
      {
        GET: (request) => sse.open(request),
        POST: (request, _url, context) => mcp.post(request, context),
      },
    ],
    [MESSAGE_PATH, { POST: (request, _url, context) => sse.message(request, context) }],
    [HEALTH_PATH, { GET: () => health(options) }],
    [READY_PATH, { GET: () => readiness(options) }],
    [
      "/llms.txt",
      {
        GET: (request) =>
          corpusFile(
            request,
            options,
            (catalog, publicUrl) => llmsTxt(catalog, publicUrl, options.access?.accepts),
            base(request),
          ),
      },
    ],
    [
      "/llms-full.txt",
      {
        GET: (request) =>
          corpusFile(
            request,
            options,
            (catalog, publicUrl) => llmsFullTxt(catalog, publicUrl, texts),
            base(request),
          ),
      },
    ],
    ...frontPageRoutes(options, base),
    ...discoveryRoutes(options, base),
    ...crawlerRoutes(options, base),
    ...(options.access?.routes ?? []),
    ...(options.refresh ? refreshRoutes(options.refresh, options.clock ?? systemClock) : []),
  ]);
  const pageRoute: Route = {
    GET: (request, url) => page(request, options, url, base(request), texts),
  };

  return {
    direct: options.direct,
    routeNameOf: (path) => (routes.has(path) ? path : pageIdOfPath(path) ? "page" : "other"),
    routeOf: (path) => routes.get(path) ?? (pageIdOfPath(path) ? pageRoute : undefined),
    async close() {
      sse.close();
      await mcp.close();
    },
  };
}

function health({ catalog, access, health: more }: HttpHandlerOptions): Response {
  return Response.json(
    // It answers everybody, so of private documentation it tells no numbers.
    { status: "ok", ...(access ? {} : countsOf(catalog())), ...more?.() },
    { headers: { "cache-control": "no-store" } },
  );
}

/** 503 with the reasons, or 200. Neither names anything of the documentation. */
function readiness({ unreadyBecause, readyThough }: HttpHandlerOptions): Response {
  const reasons = unreadyBecause?.() ?? [];
  const isReady = reasons.length === 0;
  const notes = readyThough?.() ?? [];
  const ready = { status: "ready", ...(notes.length > 0 && { notes }) };
  return Response.json(isReady ? ready : { status: "not ready", reasons }, {
    status: isReady ? 200 : 503,
    headers: { "cache-control": "no-store" },
  });
}

function countsOf({ facts, revision }: Catalog): object {
  return {
    pages: facts.pageCount,
    sections: facts.sectionCount,
    languages: facts.languages.length,
    revision,
    builtAt: new Date(facts.builtAt).toISOString(),
  };
}

function corpusFile(
  request: Request,
  options: HttpHandlerOptions,
  write: (catalog: Catalog, publicUrl: string) => Iterable<string | SharedText>,
  publicUrl: string,
): Response {
  const catalog = options.catalog();
  return (
    notModified(request, catalog.revision) ??
    new Response(streamText(write(catalog, publicUrl)), {
      headers: {
        "content-type": "text/plain; charset=utf-8",
        etag: etagOf(catalog.revision),
        "cache-control": "public, max-age=300",
      },
    })
  );
}

function page(
  request: Request,
  options: HttpHandlerOptions,
  url: URL,
  publicUrl: string,
  texts: SharedTexts,
): Response {
  const catalog = options.catalog();
  const found = catalog.page(pageIdOfPath(url.pathname) ?? "");
  if (!found) return notFound(publicUrl);
  const source = createPageUrls(catalog.facts.baseUrl, publicUrl).absolute(found.url, found.id);
  return (
    notModified(request, catalog.revision) ??
    new Response(streamText([pageText(catalog, found.id, source, texts, found)]), {
      headers: {
        "content-type": "text/markdown; charset=utf-8",
        "content-language": found.language,
        link: `<${source}>; rel="canonical"`,
        etag: etagOf(catalog.revision),
        "cache-control": "public, max-age=300",
      },
    })
  );
}

function notModified(request: Request, revision: string): Response | undefined {
  const known = request.headers
    .get("if-none-match")
    ?.split(",")
    .map((tag) => tag.trim());
  return known?.includes(etagOf(revision))
    ? new Response(null, { status: 304, headers: { etag: etagOf(revision) } })
    : undefined;
}

/** Everything here changes with the index and only with it. */
function etagOf(revision: string): string {
  return `"${revision}"`;
}

export function notFound(publicUrl: string): Response {
  return textResponse(
    404,
    `Nothing here. The MCP server is ${new URL("/mcp", publicUrl).href} (POST); pages are listed in /llms.txt.`,
  );
}
