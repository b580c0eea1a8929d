import { createHash } from "node:crypto";
import type { Page } from "../corpus/page.ts";
import { pageWithId } from "../corpus/page-with-id.ts";
import type { Scratch } from "../search/build/tape.ts";
import type { CatalogFacts, CatalogPage } from "./catalog.ts";
import { type PackedPages, PageListWriter } from "./page-list-writer.ts";
import { optional } from "./stored-json.ts";

export interface CatalogSettings {
  /** Shown to people and to models as the name of the documentation. */
  readonly title: string;
  /** Public base URL of the documentation. */
  readonly baseUrl?: string;
  /** Order in which versions are listed; versions met in pages but not named here come after. */
  readonly versions?: readonly string[];
  /** Names that ids begin with, of several documentations; absent for one. */
  readonly corpora?: readonly string[];
}

/** What is counted of a page, before it is stored or read back. */
type GatheredPage = Page | CatalogPage;

/** What is counted while pages pass by. */
export class GatheredPages {
  readonly #pages: PageListWriter;
  #sectionCount = 0;
  readonly #ids = new Set<string>();
  readonly #languages = new Map<string, number>();
  /** First part of the id, then the part below it; which of them is told depends on the corpora. */
  readonly #tops = new Map<string, Map<string, number>>();
  readonly #versions = new Set<string>();
  readonly #hash = createHash("sha256");

  /** @param scratch where the list of pages is put while it grows. */
  constructor(scratch?: Scratch) {
    this.#pages = new PageListWriter(scratch);
  }

  get pageCount(): number {
    return this.#pages.count;
  }

  /** The list of pages, once all are gathered. */
  get packedPages(): PackedPages {
    return this.#pages;
  }

  /** Two sources may each have an `index`; the later one gets a number. */
  withFreeId(page: Page): Page {
    if (!this.#ids.has(page.id)) return page;
    let number = 2;
    while (this.#ids.has(`${page.id}~${number}`)) number++;
    return pageWithId(page, `${page.id}~${number}`);
  }

  /** Ids that no page gets from {@link withFreeId}. */
  reserve(ids: Iterable<string>): void {
    for (const id of ids) this.#ids.add(id);
  }

  add(page: GatheredPage, stored: Uint8Array): void {
    this.#ids.add(page.id);
    this.#hash.update(stored);
    this.#sectionCount += page.sections.length;
    count(this.#languages, page.language);
    this.#countTop(page);
    if (page.version !== undefined) this.#versions.add(page.version);
    const { id, title, description, url, aliases, language } = page;
    this.#pages.add({
      ...{ id, title, url, aliases, language },
      ...optional("description", description),
      ...optional("version", page.version),
      ...optional("translationKey", page.translationKey),
      ...optional("modifiedAt", page.modifiedAt),
    });
  }

  #countTop(page: GatheredPage): void {
    const [first = page.id, second = ""] = partsOf(page);
    const below = this.#tops.get(first) ?? new Map<string, number>();
    count(below, second);
    this.#tops.set(first, below);
  }

  /** Of a corpus the parts within it, of anything else the first part. */
  #topSections(corpora: readonly string[]): ReadonlyMap<string, number> {
    const sections = new Map<string, number>();
    for (const [first, below] of this.#tops) {
      if (!corpora.includes(first)) sections.set(first, sumOf(below));
      else for (const [second, pages] of below) sections.set(`${first}/${second}`, pages);
    }
    return sections;
  }

  /**
   * Equal for equal pages and facts, whenever it was built. Settings count by what they make of the
   * pages that there are, so that it tells nothing of pages that were left out.
   */
  revision(facts: CatalogFacts): string {
    const text = JSON.stringify({ ...facts, builtAt: 0 });
    return this.#hash.update(text).digest("hex").slice(0, 32);
  }

  facts(settings: CatalogSettings, now: number): CatalogFacts {
    const configured = settings.versions ?? [];
    const names = settings.corpora ?? [];
    const corpora = names
      .map((name) => ({ name, pageCount: sumOf(this.#tops.get(name)) }))
      .filter(({ pageCount }) => pageCount > 0);
    const met = [...this.#versions].filter((one) => !configured.includes(one)).toSorted();
    return {
      title: settings.title,
      ...optional("baseUrl", settings.baseUrl),
      pageCount: this.pageCount,
      sectionCount: this.#sectionCount,
      languages: ranked(this.#languages).map(([language, pageCount]) => ({ language, pageCount })),
      versions: [...configured.filter((one) => this.#versions.has(one)), ...met],
      ...(names.length > 0 && { corpora }),
      topSections: ranked(this.#topSections(names))
        .slice(0, 30)
        .map(([section, pageCount]) => ({ section, pageCount })),
      builtAt: now,
    };
  }
}

/** The parts of the id without the language: translations of one part are one part. */
function partsOf({ id, language }: GatheredPage): readonly string[] {
  const parts = id.split("/");
  return parts.length === 1 ? parts : parts.filter((part, place) => place > 1 || part !== language);
}

function sumOf(counts: ReadonlyMap<string, number> | undefined): number {
  return [...(counts?.values() ?? [])].reduce((sum, one) => sum + one, 0);
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function ranked(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
