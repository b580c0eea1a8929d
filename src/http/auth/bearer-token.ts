/**
 * The credential of a request: the token of `Authorization: Bearer` (RFC 6750, section 2.1), or
 * undefined when there is none. Nothing in a query or a body is ever taken for one, because those
 * are logged and forwarded.
 */
export function bearerTokenOf(headers: Pick<Headers, "get">): string | undefined {
  const value = headers.get("authorization") ?? "";
  const [scheme = "", token = "", ...more] = value.trim().split(/\s+/, 3);
  if (scheme.toLowerCase() !== "bearer" || token === "") return undefined;
  // Two credentials are nobody's; the text below is no token either.
  return more.length > 0 ? "" : token;
}
