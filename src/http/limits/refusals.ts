import { rpcErrorResponse } from "../responses.ts";

/** JSON-RPC's server-defined range; clients go by the status. */
const TOO_MUCH = -32000;

/**
 * 429 for a client that has used up its requests. `RateLimit` and `RateLimit-Policy` are those of
 * draft-ietf-httpapi-ratelimit-headers-10, which is no RFC yet.
 */
export function tooManyRequests(perMinute: number, retryInMs: number): Response {
  const seconds = Math.max(1, Math.ceil(retryInMs / 1_000));
  return rpcErrorResponse(429, TOO_MUCH, "Too many requests; wait and try again", {
    "retry-after": String(seconds),
    "ratelimit-policy": `"requests";q=${perMinute};w=60`,
    ratelimit: `"requests";r=0;t=${seconds}`,
    "cache-control": "no-store",
  });
}

/** 429 for a client that has `most` requests, searches or streams open at once. */
export function tooManyOpen(what: "requests" | "searches" | "streams", most: number): Response {
  const seconds = what === "streams" ? 60 : 1;
  return rpcErrorResponse(429, TOO_MUCH, `Too many ${what} open at once; end some of them`, {
    "retry-after": String(seconds),
    "ratelimit-policy": `"open-${what}";q=${most};qu="concurrent-requests"`,
    ratelimit: `"open-${what}";r=0;t=${seconds}`,
    "cache-control": "no-store",
  });
}

/** 503 for everybody when the process has all the work that it can do. */
export function serverBusy(): Response {
  return new Response("Busy\n", {
    status: 503,
    headers: { "content-type": "text/plain", "retry-after": "2", "cache-control": "no-store" },
  });
}
