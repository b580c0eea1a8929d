import { systemClock } from "../lib/clock.ts";
import type { HttpView } from "./auth/access-gate.ts";
import { createClosedPage } from "./closed-page.ts";
import { addCorsHeaders, preflightResponse } from "./cors.ts";
import { OPEN_PATHS, SERVER_CARD_PATH } from "./discovery.ts";
import type { Door, RequestPath } from "./fast/door.ts";
import { createFastEndpoint } from "./fast/fast-endpoint.ts";
import { DEFAULT_HTTP_LIMITS, type HttpHandler, type HttpHandlerOptions } from "./http-options.ts";
import { clientOf } from "./limits/client-address.ts";
import { createTrafficGuard, isVisit, type Visit } from "./limits/traffic-guard.ts";
import { observeRequest } from "./observation.ts";
import { isProbePath } from "./probe-paths.ts";
import { createPublicBase } from "./public-base.ts";
import { REFRESH_PATH } from "./refresh-hook.ts";
import type { AnswerHeaders, RequestHead } from "./request-head.ts";
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
  const { guard = createTrafficGuard(limits, options.clock ?? systemClock) } = options;
  const closedPage = createClosedPage(options, base);
  const sites = new Map<HttpView, Site>();
  for (const view of access ? [access.open, ...access.views] : [options]) {
    // Named, so that a view without a direct way never answers through that of another.
    const parts = { ...options, unreadyBecause, ...view, direct: view.direct };
    sites.set(view, createSite(parts, limits, base));
  }

  /** Where the request is answered from, or why it is not. */
  async function admit(
    head: RequestHead,
    url: RequestPath,
    visit: Visit | undefined,
  ): Promise<Site | Response> {
    const isOpen = head.method === "OPTIONS" || isOpenPath(url.pathname);
    const open = { view: access?.open ?? options };
    const admission = access && !isOpen ? await access.admit(head, url) : open;
    if (admission instanceof Response) return admission;
    const caller = "caller" in admission ? admission.caller : undefined;
    const refusal = caller === undefined ? undefined : visit?.identify(caller);
    if (refusal) return refusal;
    const site = sites.get(admission.view);
    if (!site) throw new Error("the gate gave a view that it did not name");
    return site;
  }

  async function respond(
    request: Request,
    url: URL,
    context: RouteContext,
    admitted?: Site | Response,
  ): Promise<Response> {
    const refusal = refuse(request, url, options);
    if (refusal) return refusal;
    const site = admitted ?? (await admit(request, url, context.visit));
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

  const observing = { observer, trustsIds: options.trustForwardedFor ?? false };
  const door: Door = {
    refuse: (head, url) => refuse(head, url, options),
    observe: (head) => observeRequest(head, observing),
    /** A visit for all but probes, which have to be answered most of all when the server is busy. */
    enter(head, url, peerAddress) {
      if (isProbePath(url.pathname)) return undefined;
      const forwardedFor = head.headers.get("x-forwarded-for");
      const trustProxy = options.trustForwardedFor ?? false;
      const visit = guard.enter(clientOf({ peerAddress, forwardedFor, trustProxy }));
      if (!isVisit(visit)) addSecurityHeaders(visit.headers);
      return visit;
    },
    openSite: access ? undefined : sites.get(options),
    admit,
    finish(headers, head, url) {
      addSecurityHeaders(headers);
      if (access) keepPrivate(headers, url);
      const origin = head.headers.get("origin");
      headers.append("vary", "origin");
      if (origin !== null && options.hosts.allowsOrigin(origin)) addCorsHeaders(headers, origin);
    },
    async answer(request, { visit, admitted, observation }) {
      const { notes } = observation;
      const url = new URL(request.url);
      let response: Response;
      try {
        response = await respond(request, url, { visit, notes }, admitted);
      } catch (error) {
        if (!request.signal.aborted) options.onError?.(error, notes);
        response = rpcErrorResponse(500, -32603, "Internal error", {
          "x-request-id": notes.requestId,
        });
      }
      if (visit) response = await visit.leave(response);
      door.finish(response.headers, request, url);
      observation.end(response.status);
      return response;
    },
  };

  const close = async (): Promise<void> => {
    isClosing = true;
    await Promise.all(Array.from(sites.values(), (site) => site.close()));
  };
  return {
    async fetch(request, peerAddress) {
      const observation = door.observe(request);
      const visit = door.enter(request, new URL(request.url), peerAddress);
      if (!(visit instanceof Response)) return door.answer(request, { visit, observation });
      observation.end(visit.status);
      return visit;
    },
    direct: createFastEndpoint(door, limits),
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
function refuse(
  head: RequestHead,
  url: RequestPath & Pick<URL, "hostname">,
  { hosts }: HttpHandlerOptions,
): Response | undefined {
  if (!isProbePath(url.pathname) && !hosts.allowsHost(url.hostname)) {
    return rpcErrorResponse(403, -32000, "This server is not known under that Host");
  }
  const origin = head.headers.get("origin");
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
function keepPrivate(headers: AnswerHeaders, url: RequestPath): void {
  if (isOpenPath(url.pathname)) return;
  headers.append("vary", "authorization");
  if (headers.get("cache-control") !== "no-store")
    headers.set("cache-control", "private, no-cache");
}

async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}
