import { renderFrontPage } from "../web/front-page.ts";
import { PAGE_POLICY, pageLanguage } from "./front-page.ts";
import type { HttpHandlerOptions } from "./http-options.ts";
import { loadPageAssets } from "./page-assets.ts";
import { prefersHtml } from "./prefers-html.ts";
import type { PublicBase } from "./public-base.ts";

/** The refusal as it was, or as a page for the person who opens the address in a browser. */
export type ClosedPage = (request: Request, url: URL, refusal: Response) => Promise<Response>;

/**
 * A person who opens private documentation is told how to connect, and nothing else of it: the
 * title, which the server card shows too, and what credentials are taken.
 */
export function createClosedPage(options: HttpHandlerOptions, base: PublicBase): ClosedPage {
  const { paths } = loadPageAssets();
  return async (request, url, refusal) => {
    const isPerson = request.method === "GET" && prefersHtml(request.headers.get("accept"));
    if (url.pathname !== "/" || refusal.status !== 401 || !isPerson) return refusal;
    await refusal.body?.cancel();
    const language = pageLanguage(request, url);
    const headers = new Headers(refusal.headers);
    headers.set("content-type", "text/html; charset=utf-8");
    headers.set("content-language", language);
    headers.set("content-security-policy", PAGE_POLICY);
    headers.append("vary", "accept, accept-language");
    const page = renderFrontPage({
      language,
      isLanguageAsked: url.searchParams.get("lang") === language,
      title: options.catalog().facts.title,
      pageCount: 0,
      sectionCount: 0,
      languages: [],
      versions: [],
      builtAt: 0,
      publicUrl: base(request),
      certificateLine: undefined,
      search: undefined,
      examples: [],
      signIn: options.access?.accepts,
      isClosed: true,
      assets: paths,
    });
    return new Response(page, { status: 401, headers });
  };
}
