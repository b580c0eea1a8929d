import type { Catalog, CatalogPage, CatalogPageSummary } from "../catalog.ts";
import type { Finding } from "./finding.ts";

/** A section that is asked for by name should be among the first that are seen. */
const EXPECTED_RANK = 3;

/** Page titles that several pages of a language and version share, and headings within a page. */
export function lintDuplicateTitles(catalog: Catalog): Finding[] {
  const pages = new Map<string, CatalogPageSummary[]>();
  for (const page of catalog.pages()) {
    const key = [page.language, page.version ?? "", wordsOf(page.title)].join("\u0000");
    pages.set(key, [...(pages.get(key) ?? []), page]);
  }
  const shared = [...pages.values()]
    .filter((group) => group.length > 1)
    .flatMap((group) =>
      group.map(
        (page): Finding => ({
          kind: "duplicate-title",
          where: page.url,
          detail: `${page.title} (${group.length} pages)`,
        }),
      ),
    );
  return [...shared, ...catalog.pages().flatMap(({ id }) => sharedHeadings(catalog.page(id)))];
}

/**
 * Sections that are not among the first three hits for their own title (and the page's, as a reader
 * who knows what he is looking for would ask), unless those that are have the same title.
 */
export function lintLostTitles(catalog: Catalog): Finding[] {
  return catalog.pages().flatMap(({ id }) => {
    const page = catalog.page(id);
    if (!page) return [];
    return page.sections.flatMap((section) => {
      const isLead = section.level === 0;
      const title = isLead ? page.title : section.title;
      if (wordsOf(title) === "") return [];
      const query = isLead ? title : `${title} ${page.title}`;
      const { hits } = catalog.search(query, {
        ...{ limit: EXPECTED_RANK, snippetChars: 0, language: page.language },
        ...(page.version === undefined ? {} : { version: page.version }),
      });
      const isFound = hits.some(
        (hit) =>
          hit.id === section.id ||
          (isLead && hit.pageId === page.id) ||
          wordsOf(hit.title) === wordsOf(title),
      );
      if (isFound) return [];
      const winner = hits[0];
      const detail = winner ? `"${query}" finds ${winner.url} first` : `"${query}" finds nothing`;
      return [{ kind: "lost-title" as const, where: section.url, detail }];
    });
  });
}

function sharedHeadings(page: CatalogPage | undefined): Finding[] {
  if (!page) return [];
  const seen = new Map<string, number>();
  for (const { headingPath } of page.sections) {
    const path = headingPath.map(wordsOf).join("\u0000");
    seen.set(path, (seen.get(path) ?? 0) + 1);
  }
  return page.sections.flatMap(({ headingPath, title, url, level }) => {
    const count = seen.get(headingPath.map(wordsOf).join("\u0000")) ?? 0;
    if (count < 2 || level === 0) return [];
    const detail = `${title} (${count} headings of the page)`;
    return [{ kind: "duplicate-title" as const, where: url, detail }];
  });
}

function wordsOf(title: string): string {
  return (title.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).join(" ");
}
