import type { HttpHandlerOptions } from "./http-options.ts";

/** Origin that links to this server start with, for the request at hand. */
export type PublicBase = (request: Request) => string;

/** When nothing is configured, as in tests and over a socket that nobody named. */
const FALLBACK = "http://localhost";

/**
 * The configured public URL. A request's own headers decide nothing, with one exception: when
 * `trustForwardedHost` is set, the origin is what the proxy before this server says that it was
 * asked for, provided that the host is one this server knows.
 */
export function createPublicBase(
  options: Pick<HttpHandlerOptions, "publicUrl" | "trustForwardedHost" | "hosts">,
): PublicBase {
  const { publicUrl = FALLBACK, trustForwardedHost = false, hosts } = options;
  if (!trustForwardedHost) return () => publicUrl;
  return ({ headers }) => {
    const scheme = lastOf(headers.get("x-forwarded-proto"));
    const host = lastOf(headers.get("x-forwarded-host"));
    if (!/^https?$/.test(scheme) || !/^[\w.-]+(:\d{1,5})?$|^\[[\da-f:.]+\](:\d{1,5})?$/i.test(host))
      return publicUrl;
    const origin = `${scheme}://${host}`;
    const isKnown = URL.canParse(origin) && hosts.allowsHost(new URL(origin).hostname);
    return isKnown ? new URL(origin).origin : publicUrl;
  };
}

/** What the nearest proxy added: values before it may have been sent by anybody. */
export function lastOf(list: string | null): string {
  return list?.split(",").at(-1)?.trim() ?? "";
}
