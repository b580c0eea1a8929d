import type { Catalog, CatalogPage, CatalogPageSummary } from "../catalog.ts";
import { referencesOf } from "../lint/page-references.ts";
import { LinkResolver } from "../lint/resolve-link.ts";
import { type CatalogQuestion, partOf, type QuestionOrigin } from "./question.ts";

/** Questions asked at most of each origin; the documentation is sampled evenly beyond. */
const MAX_OF_ORIGIN = 500;
/** Link texts that say nothing of where they lead. */
const EMPTY_LINK = /^(?:here|this|link|this page|click here|see|read more|more|learn more|docs?)$/i;

type Asked = Omit<CatalogQuestion, "id">;

/**
 * Questions made from the documentation itself, each with the places that it names: page titles,
 * section headings with their page's title, texts of links to other pages, and anchors whose words
 * differ from the heading's. Where the same words name several places, all of them are right.
 * Deterministic: equal documentation gives equal questions.
 */
export function questionsOf(catalog: Catalog): CatalogQuestion[] {
  const asked = new Map<string, Asked & { readonly judged: Map<string, number> }>();
  const ask = (
    origin: QuestionOrigin,
    level: CatalogQuestion["level"],
    text: string,
    page: CatalogPageSummary,
    id: string,
  ): void => {
    if (!/[\p{L}\p{N}]{2}/u.test(text)) return;
    const key = [origin, level, page.language, text.toLowerCase()].join("\u0000");
    const known = asked.get(key);
    if (known) known.judged.set(id, 1);
    else {
      const { language } = page;
      const part = partOf(page.id, language);
      asked.set(key, { text, origin, level, language, part, judged: new Map([[id, 1]]) });
    }
  };
  const resolver = new LinkResolver(catalog);
  for (const summary of catalog.pages()) {
    const page = catalog.page(summary.id);
    if (!page) continue;
    ask("title", "page", page.title, page, page.id);
    askForSections(page, ask);
    askForLinks(page, resolver, ask);
  }
  return sampled([...asked.values()]).map((question) => ({
    ...question,
    id: `${question.origin}:${question.language}:${question.text}`,
  }));
}

type Ask = (
  origin: QuestionOrigin,
  level: CatalogQuestion["level"],
  text: string,
  page: CatalogPageSummary,
  id: string,
) => void;

function askForSections(page: CatalogPage, ask: Ask): void {
  for (const section of page.sections) {
    if (section.level === 0 || section.title === page.title) continue;
    ask("heading", "section", `${section.title} ${page.title}`, page, section.id);
    const words = section.anchor.replace(/[-_]+/g, " ").trim();
    if (wordsOf(words) !== wordsOf(section.title) && /\p{L}{3}/u.test(words)) {
      ask("anchor", "section", words, page, section.id);
    }
  }
}

function askForLinks(page: CatalogPage, resolver: LinkResolver, ask: Ask): void {
  for (const { text, target } of referencesOf(page.markdown).links) {
    if (text.length < 4 || text.length > 100 || EMPTY_LINK.test(text) || /^https?:/.test(text)) {
      continue;
    }
    const found = resolver.resolve(target, page);
    if (found.kind !== "found" || found.pageId === page.id || found.language !== page.language) {
      continue;
    }
    ask("link", "page", text, page, found.pageId);
  }
}

function wordsOf(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(" ");
}

/** At most {@link MAX_OF_ORIGIN} of each origin, evenly spread. */
function sampled<T extends { readonly origin: QuestionOrigin }>(questions: readonly T[]): T[] {
  const origins = [...new Set(questions.map(({ origin }) => origin))];
  return origins.flatMap((origin) => {
    const all = questions.filter((question) => question.origin === origin);
    const step = Math.max(1, all.length / MAX_OF_ORIGIN);
    const count = Math.min(all.length, MAX_OF_ORIGIN);
    return Array.from({ length: count }, (_, index) => all[Math.floor(index * step)]).filter(
      (one): one is T => one !== undefined,
    );
  });
}
