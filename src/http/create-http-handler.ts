import { systemClock } from "../lib/clock.ts";
import type { HttpView } from "./auth/access-gate.ts";
import { createClosedPage } from "./closed-page.ts";
import { addCorsHeaders, preflightResponse } from "./cors.ts";
import { OPEN_PATHS, SERVER_CARD_PATH } from "./discovery.ts";
import { DEFAULT_HTTP_LIMITS, type HttpHandler, type HttpHandlerOptions } from "./http-options.ts";
import { clientOf } from "./limits/client-address.ts";
import { createTrafficGuard, type Visit } from "./limits/traffic-guard.ts";
import { isProbePath } from "./probe-paths.ts";
import { createPublicBase } from "./public-base.ts";
import { REFRESH_PATH } from "./refresh-hook.ts";
import { RequestNotes } from "./request-notes.ts";
import { addSecurityHeaders, methodNotAllowed, rpcErrorResponse } from "./responses.ts";
import type { RouteContext } from "./route.ts";
import { createSite, notFound, type Site } from "./site.ts";

/** All routes over one catalog, or over what each caller may see of it, behind all checks. */
export function createHttpHandler(options: HttpHandlerOptions): HttpHandler {
  const limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits };
  const base = createPublicBase(options);
  const { access, observer } = options;
  let isClosing = false;
  const unreadyBecause = (): readonly string[] =>
    isClosing ? ["The server is stopping."] : (options.unreadyBecause?.() ?? []);
  const guard = createTrafficGuard(limits, options.clock ?? systemClock);
  const closedPage = createClosedPage(options, base);
  const sites = new Map<HttpView, Site>();
  for (const view of access ? [access.open, ...access.views] : [options]) {
    sites.set(view, createSite({ ...options, unreadyBecause, ...view }, limits, base));
  }

  /** Where the request is answered from, or why it is not. */
  async function siteFor(request: Request, url: URL, visit?: Visit): Promise<Site | Response> {
    const isOpen = request.method === "OPTIONS" || isOpenPath(url.pathname);
    const open = { view: access?.open ?? options };
    const admission = access && !isOpen ? await access.admit(request, url) : open;
    if (admission instanceof Response) return admission;
    const caller = "caller" in admission ? admission.caller : undefined;
    const refusal = caller === undefined ? undefined : visit?.identify(caller);
    if (refusal) return refusal;
    const site = sites.get(admission.view);
    if (!site) throw new Error("the gate gave a view that it did not name");
    return site;
  }

  async function respond(request: Request, url: URL, context: RouteContext): Promise<Response> {
    const refusal = refuse(request, url, options);
    if (refusal) return refusal;
    const site = await siteFor(request, url, context.visit);
    if (site instanceof Response) return closedPage(request, url, site);
    const route = site.routeOf(url.pathname);
    context.notes.route = site.routeNameOf(url.pathname);
    if (!route) return notFound(base(request));
    const allow = [...Object.keys(route), ...(route.GET ? ["HEAD"] : [])].join(", ");
    if (request.method === "OPTIONS") return preflightResponse(`${allow}, OPTIONS`);
    const isHead = request.method === "HEAD";
    const reply = Object.hasOwn(route, request.method) ? route[request.method] : undefined;
    if (isHead && route.GET && url.pathname !== "/sse") {
      return withoutBody(await route.GET(request, url, context));
    }
    return reply ? reply(request, url, context) : methodNotAllowed(allow);
  }

  /** A visit for all but probes, which have to be answered most of all when the server is busy. */
  function enter(request: Request, url: URL, peerAddress?: string): Visit | Response | undefined {
    if (isProbePath(url.pathname)) return undefined;
    const forwardedFor = request.headers.get("x-forwarded-for");
    const trustProxy = options.trustForwardedFor ?? false;
    return guard.enter(clientOf({ peerAddress, forwardedFor, trustProxy }));
  }

  const close = async (): Promise<void> => {
    isClosing = true;
    await Promise.all(Array.from(sites.values(), (site) => site.close()));
  };
  async function answer(
    request: Request,
    notes: RequestNotes,
    peerAddress?: string,
  ): Promise<Response> {
    const url = new URL(request.url);
    const visit = enter(request, url, peerAddress);
    if (visit instanceof Response) return withSecurityHeaders(visit);
    let response: Response;
    try {
      response = await respond(request, url, { visit, notes });
    } catch (error) {
      if (!request.signal.aborted) options.onError?.(error, notes);
      response = rpcErrorResponse(500, -32603, "Internal error", {
        "x-request-id": notes.requestId,
      });
    }
    if (visit) response = await visit.leave(response);
    addSecurityHeaders(response.headers);
    if (access) keepPrivate(response.headers, url);
    const origin = request.headers.get("origin");
    response.headers.append("vary", "origin");
    if (origin !== null && options.hosts.allowsOrigin(origin)) {
      addCorsHeaders(response.headers, origin);
    }
    return response;
  }

  return {
    async fetch(request, peerAddress) {
      const notes = new RequestNotes(
        (name) => request.headers.get(name),
        options.trustForwardedFor ?? false,
      );
      if (!observer) return answer(request, notes, peerAddress);
      const startedAt = performance.now();
      const response = await answer(request, notes, peerAddress);
      const { route, tool } = notes;
      const { method } = request;
      const durationMs = performance.now() - startedAt;
      observer.onAnswered({ route, method, tool, status: response.status, durationMs }, notes);
      return response;
    },
    load: () => guard.load(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * A foreign Host is refused everywhere but for probes, which load balancers send by address, and a
 * foreign Origin everywhere (MCP 2026-07-28, Streamable HTTP, "Security Warning") but on the cards
 * that are made for other sites to read.
 */
function refuse(request: Request, url: URL, { hosts }: HttpHandlerOptions): Response | undefined {
  if (!isProbePath(url.pathname) && !hosts.allowsHost(url.hostname)) {
    return rpcErrorResponse(403, -32000, "This server is not known under that Host");
  }
  const origin = request.headers.get("origin");
  if (origin !== null && !hosts.allowsOrigin(origin) && !OPEN_PATHS.includes(url.pathname)) {
    return rpcErrorResponse(403, -32000, "Pages of that Origin may not call this server");
  }
  return undefined;
}

/** What everybody may call even when the documentation is private: it shows nothing of its pages. */
function isOpenPath(path: string): boolean {
  return (
    isProbePath(path) ||
    path === SERVER_CARD_PATH ||
    path === REFRESH_PATH ||
    path === "/robots.txt" ||
    path.startsWith("/assets/") ||
    path.startsWith("/.well-known/")
  );
}

/** No cache between the server and one caller may give the answer to another one. */
function keepPrivate(headers: Headers, url: URL): void {
  if (isOpenPath(url.pathname)) return;
  headers.append("vary", "authorization");
  if (headers.get("cache-control") !== "no-store")
    headers.set("cache-control", "private, no-cache");
}

function withSecurityHeaders(response: Response): Response {
  addSecurityHeaders(response.headers);
  return response;
}

async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}
