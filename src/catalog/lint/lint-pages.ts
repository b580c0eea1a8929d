import type { Catalog, CatalogPage } from "../catalog.ts";
import type { Finding } from "./finding.ts";
import { referencesOf } from "./page-references.ts";
import { LinkResolver } from "./resolve-link.ts";

/** What can be seen on a page without asking the index: links, anchors, images, headings. */
export function lintPages(catalog: Catalog): Finding[] {
  const resolver = new LinkResolver(catalog);
  return catalog.pages().flatMap(({ id }) => {
    const page = catalog.page(id);
    if (!page) return [];
    const { links, images } = referencesOf(page.markdown);
    return [
      ...links.flatMap(({ target }) => linkFinding(target, page, resolver)),
      ...images
        .filter(({ alternative }) => alternative.trim() === "")
        .map(
          ({ source }): Finding => ({
            kind: "image-without-alternative",
            where: page.url,
            detail: source === "" ? "an image without a source" : source,
          }),
        ),
      ...emptyHeadings(page),
    ];
  });
}

/** Entries of an `llms.txt` (Markdown) at the root of the documentation that lead to no page. */
export function lintLlmsText(markdown: string, catalog: Catalog): Finding[] {
  const resolver = new LinkResolver(catalog);
  const root = { url: catalog.facts.baseUrl ?? "/" };
  return referencesOf(markdown).links.flatMap(({ text, target }) => {
    const { kind } = resolver.resolve(target, root);
    if (kind === "found" || kind === "elsewhere") return [];
    return [{ kind: "llms-entry" as const, where: "llms.txt", detail: `${text}: ${target}` }];
  });
}

function linkFinding(target: string, page: CatalogPage, resolver: LinkResolver): Finding[] {
  const { kind } = resolver.resolve(target, page);
  if (kind === "no-page") return [{ kind: "broken-link", where: page.url, detail: target }];
  if (kind === "no-anchor") return [{ kind: "broken-anchor", where: page.url, detail: target }];
  return [];
}

function emptyHeadings(page: CatalogPage): Finding[] {
  return page.sections.flatMap((section, index) => {
    if (section.level === 0) return [];
    const next = page.sections[index + 1];
    // A heading that only gathers the headings below it is in order.
    if (next && next.level > section.level) return [];
    const slice = page.markdown.slice(section.start, section.end);
    const body = slice.replace(/^[^\n]*(?:\n(?:[=-]+[ \t]*(?:\n|$))?)?/, "");
    if (body.trim() !== "" && section.title.trim() !== "") return [];
    const detail = section.title.trim() === "" ? "a heading without words" : section.title;
    return [{ kind: "empty-heading" as const, where: section.url, detail }];
  });
}
