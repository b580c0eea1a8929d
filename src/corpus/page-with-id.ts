import type { Page } from "./page.ts";

/** The page under another id. */
export function pageWithId(page: Page, id: string): Page {
  if (page.id === id) return page;
  const sections = page.sections.map((section) => ({
    ...section,
    id: id + section.id.slice(page.id.length),
  }));
  return { ...page, id, sections };
}
