import { createPageUrls, pageIdOfPath } from "../mcp/page-urls.ts";
import { addCorsHeaders, preflightResponse } from "./cors.ts";
import { crawlerRoutes } from "./crawler-files.ts";
import { discoveryRoutes, OPEN_PATHS } from "./discovery.ts";
import { frontPageRoutes } from "./front-page.ts";
import { DEFAULT_HTTP_LIMITS, type HttpHandler, type HttpHandlerOptions } from "./http-options.ts";
import { llmsFullTxt, llmsTxt, pageMarkdown, streamText } from "./llms-txt.ts";
import { createMcpEndpoint } from "./mcp-endpoint.ts";
import { createPublicBase } from "./public-base.ts";
import {
  addSecurityHeaders,
  methodNotAllowed,
  rpcErrorResponse,
  textResponse,
} from "./responses.ts";
import type { Route } from "./route.ts";
import { createSseEndpoint, MESSAGE_PATH } from "./sse-endpoint.ts";

const HEALTH_PATH = "/healthz";

/** All routes over one catalog, behind the Host and Origin checks. */
export function createHttpHandler(options: HttpHandlerOptions): HttpHandler {
  const limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits };
  const mcp = createMcpEndpoint(options, limits);
  const sse = createSseEndpoint(options, limits);
  const base = createPublicBase(options);

  const routes = new Map<string, Route>([
    ["/mcp", { POST: (request) => mcp.post(request) }],
    ["/sse", { GET: (request) => sse.open(request), POST: (request) => mcp.post(request) }],
    [MESSAGE_PATH, { POST: (request) => sse.message(request) }],
    [HEALTH_PATH, { GET: () => health(options) }],
    ["/llms.txt", { GET: (request) => corpusFile(request, options, llmsTxt, base(request)) }],
    [
      "/llms-full.txt",
      { GET: (request) => corpusFile(request, options, llmsFullTxt, base(request)) },
    ],
    ...frontPageRoutes(options, base),
    ...discoveryRoutes(options, base),
    ...crawlerRoutes(options, base),
  ]);
  const pageRoute: Route = { GET: (request, url) => page(request, options, url, base(request)) };

  async function respond(request: Request, url: URL): Promise<Response> {
    const refusal = refuse(request, url, options);
    if (refusal) return refusal;
    const route = routes.get(url.pathname) ?? (pageIdOfPath(url.pathname) ? pageRoute : undefined);
    if (!route) return notFound(base(request));
    const allow = [...Object.keys(route), ...(route.GET ? ["HEAD"] : [])].join(", ");
    if (request.method === "OPTIONS") return preflightResponse(`${allow}, OPTIONS`);
    const isHead = request.method === "HEAD";
    const answer = Object.hasOwn(route, request.method) ? route[request.method] : undefined;
    if (isHead && route.GET && url.pathname !== "/sse") {
      return withoutBody(await route.GET(request, url));
    }
    return answer ? answer(request, url) : methodNotAllowed(allow);
  }

  const close = async (): Promise<void> => {
    sse.close();
    await mcp.close();
  };
  return {
    async fetch(request) {
      let response: Response;
      try {
        response = await respond(request, new URL(request.url));
      } catch (error) {
        if (!request.signal.aborted) options.onError?.(error);
        response = rpcErrorResponse(500, -32603, "Internal error");
      }
      addSecurityHeaders(response.headers);
      const origin = request.headers.get("origin");
      response.headers.append("vary", "origin");
      if (origin !== null && options.hosts.allowsOrigin(origin)) {
        addCorsHeaders(response.headers, origin);
      }
      return response;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * A foreign Host is refused everywhere but on `/healthz`, which load balancers ask by address, and
 * a foreign Origin everywhere (MCP 2026-07-28, Streamable HTTP, "Security Warning") but on the cards
 * that are made for other sites to read.
 */
function refuse(request: Request, url: URL, { hosts }: HttpHandlerOptions): Response | undefined {
  if (url.pathname !== HEALTH_PATH && !hosts.allowsHost(url.hostname)) {
    return rpcErrorResponse(403, -32000, "This server is not known under that Host");
  }
  const origin = request.headers.get("origin");
  if (origin !== null && !hosts.allowsOrigin(origin) && !OPEN_PATHS.includes(url.pathname)) {
    return rpcErrorResponse(403, -32000, "Pages of that Origin may not call this server");
  }
  return undefined;
}

function health({ catalog, health: more }: HttpHandlerOptions): Response {
  const { facts, revision } = catalog();
  return Response.json(
    {
      status: "ok",
      pages: facts.pageCount,
      sections: facts.sectionCount,
      languages: facts.languages.length,
      revision,
      builtAt: new Date(facts.builtAt).toISOString(),
      ...more?.(),
    },
    { headers: { "cache-control": "no-store" } },
  );
}

function corpusFile(
  request: Request,
  options: HttpHandlerOptions,
  write: typeof llmsTxt,
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
): Response {
  const catalog = options.catalog();
  const found = catalog.page(pageIdOfPath(url.pathname) ?? "");
  if (!found) return notFound(publicUrl);
  const source = createPageUrls(catalog.facts.baseUrl, publicUrl).absolute(found.url, found.id);
  return (
    notModified(request, catalog.revision) ??
    new Response(pageMarkdown(found, source), {
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

function notFound(publicUrl: string): Response {
  return textResponse(
    404,
    `Nothing here. The MCP server is ${new URL("/mcp", publicUrl).href} (POST); pages are listed in /llms.txt.`,
  );
}

async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}
