/**
 * Sites for language models put a page's Markdown beside it, at the page's URL with `.md` at its
 * end (https://llmstxt.org).
 */

/** The page that a Markdown twin belongs to: `/guide/install.md` -> `/guide/install`. */
export function pageOfTwin(url: string): string {
  return url.replace(/(?:(?<=\/)index(?:\.html?)?)?\.mdx?(?=$|[?#])/i, "");
}

/** Where a page's Markdown twin would be; undefined when the URL is one itself. */
export function twinOfPage(url: string): string | undefined {
  const twin = new URL(url);
  if (/\.(?:mdx?|txt)$/i.test(twin.pathname)) return undefined;
  twin.pathname = twin.pathname.endsWith("/")
    ? `${twin.pathname}index.html.md`
    : `${twin.pathname}.md`;
  return twin.href;
}
