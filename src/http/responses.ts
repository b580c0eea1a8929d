/** Responses that several routes give. */

import type { AnswerHeaders } from "./request-head.ts";

export function textResponse(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}

/** A refusal in JSON-RPC's form, for clients that read nothing else; `id` is null as none is known. */
export function rpcErrorResponse(
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify({ jsonrpc: "2.0", error: { code, message }, id: null }), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** 405 at once: clients read a GET that hangs, or that is a 404, as a broken server. */
export function methodNotAllowed(allow: string): Response {
  return rpcErrorResponse(405, -32000, `Method not allowed: use ${allow}`, { allow });
}

/** On every response. Only the front page runs a script, and has a policy of its own. */
const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["x-frame-options", "DENY"],
  [
    "content-security-policy",
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  ],
];

export function addSecurityHeaders(headers: AnswerHeaders): void {
  for (const [name, value] of SECURITY_HEADERS) if (!headers.has(name)) headers.set(name, value);
}
