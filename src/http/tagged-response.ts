import { createHash } from "node:crypto";

/**
 * A response whose entity tag is made of its body, and 304 when the client has it already
 * (RFC 9110, section 13.1.2).
 */
export function taggedResponse(
  request: Request,
  body: string,
  headers: Readonly<Record<string, string>>,
): Response {
  const etag = `"${shortHash(body)}"`;
  const all = { ...headers, etag };
  return hasTag(request.headers.get("if-none-match"), etag)
    ? new Response(null, { status: 304, headers: all })
    : new Response(body, { headers: all });
}

/** 96 bits of SHA-256, in characters that are safe in a path. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}

/** Weak comparison: a proxy that compresses makes the tag weak. */
function hasTag(header: string | null, etag: string): boolean {
  if (header === null) return false;
  const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}
