/**
 * Public paths and URLs. A public path is what a site's server sees, decoded, without a leading
 * slash and below the base URL: `docs/rate-limits/`, `blog/post.html`, "" for the home page.
 */

/** What `URL` needs to resolve a root-relative path; never part of a result. */
const NOWHERE = "http://nowhere.invalid/";

/**
 * The URL of a public path: absolute below `baseUrl`, root-relative without one. Dot segments are
 * resolved and never climb above the base URL's host.
 */
export function publicUrl(baseUrl: string | undefined, publicPath: string): string {
  const relative = encodePath(publicPath.replace(/^\/+/, ""));
  const url = new URL(`./${relative}`, baseUrl === undefined ? NOWHERE : withSlash(baseUrl));
  return baseUrl === undefined ? url.pathname : url.href;
}

/** The public path of a URL: below the base URL's path when it is, below its root otherwise. */
export function publicPathOf(url: string, baseUrl: string | undefined): string {
  const base = new URL(baseUrl === undefined ? NOWHERE : withSlash(baseUrl));
  const path = decodePath(new URL(url, base).pathname);
  const prefix = decodePath(base.pathname);
  return path.startsWith(prefix) ? path.slice(prefix.length) : path.replace(/^\/+/, "");
}

/**
 * The form in which two URLs of one page are equal: `undefined` when it is no http(s) URL or path.
 * Query and fragment are dropped.
 */
export function resolveUrl(reference: string, baseUrl: string | undefined): string | undefined {
  let url: URL;
  try {
    url = new URL(reference, baseUrl === undefined ? NOWHERE : withSlash(baseUrl));
  } catch {
    return undefined;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  url.hash = "";
  url.search = "";
  return url.href.startsWith(NOWHERE) ? url.pathname : url.href;
}

/** `https://example.org/docs` as the folder that relative paths are below. */
export function withSlash(baseUrl: string): string {
  return baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`;
}

function encodePath(path: string): string {
  // Through a buffer, because encodeURI throws on a lone surrogate, which YAML can write.
  return encodeURI(Buffer.from(path).toString()).replace(/[?#]/g, encodeURIComponent);
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
