import { HEALTH_PATH, READY_PATH } from "./probe-paths.ts";

/** What is answered while the documentation is being read: alive, and not ready. */
export function startingResponse(request: Request): Response {
  const { pathname } = new URL(request.url);
  const headers = { "cache-control": "no-store", "retry-after": "1" };
  if (pathname === HEALTH_PATH) return Response.json({ status: "ok" }, { headers });
  if (pathname !== READY_PATH) return new Response("Starting\n", { status: 503, headers });
  const reasons = ["The documentation is being read."];
  return Response.json({ status: "not ready", reasons }, { status: 503, headers });
}
