/** CORS for MCP clients that run in a browser (fetch.spec.whatwg.org/#http-cors-protocol). */

import type { AnswerHeaders } from "./request-head.ts";

const ALLOW_METHODS = "GET, HEAD, POST, OPTIONS";
const ALLOW_HEADERS = [
  "Content-Type",
  "Accept",
  "Authorization",
  "Mcp-Protocol-Version",
  "Mcp-Method",
  "Mcp-Name",
  "Mcp-Session-Id",
  "Last-Event-ID",
].join(", ");
const EXPOSE_HEADERS = "WWW-Authenticate, Mcp-Session-Id, ETag";

/** For an origin that the host policy has allowed. */
export function addCorsHeaders(headers: AnswerHeaders, origin: string): void {
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-expose-headers", EXPOSE_HEADERS);
}

/** Answer to `OPTIONS`, a browser's preflight or not. */
export function preflightResponse(allow: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      allow,
      "access-control-allow-methods": ALLOW_METHODS,
      "access-control-allow-headers": ALLOW_HEADERS,
      "access-control-max-age": "86400",
    },
  });
}
