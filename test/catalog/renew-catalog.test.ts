import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildCatalog } from "../../src/catalog/build-catalog.ts";
import type { KeptCatalog, KeptPage } from "../../src/catalog/kept-pages.ts";
import { type IndexedCatalog, openCatalog } from "../../src/catalog/open-catalog.ts";
import { readPages } from "../../src/catalog/read-pages.ts";
import { renewCatalog } from "../../src/catalog/renew-catalog.ts";
import type { Page } from "../../src/corpus/page.ts";
import { TestSource, testPage } from "../living/pages.ts";

const SETTINGS = { title: "Manual" };
const WORDS = ["renewal", "certificate", "server", "flatMap", "limit", "install"];
const QUERIES = ["certificate renewal", "flat map", "install the server", "certifcate", "title 3"];

const paragraph = fc
  .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 8 })
  .map((words) => words.join(" "));
const pageOf = (prefix: string): fc.Arbitrary<Page> =>
  fc
    .record({
      number: fc.integer({ min: 0, max: 7 }),
      title: fc.constantFrom(...WORDS),
      paragraphs: fc.array(paragraph, { maxLength: 3 }),
    })
    .map(({ number, title, paragraphs }) => testPage(`${prefix}/${number}`, title, paragraphs));
const corpus = fc
  .tuple(pagesOf("a", 1), pagesOf("b", 0))
  .map(([one, other]): readonly (readonly Page[])[] => [one, other]);

function pagesOf(prefix: string, minLength: number): fc.Arbitrary<Page[]> {
  return fc.uniqueArray(pageOf(prefix), { minLength, maxLength: 8, selector: ({ id }) => id });
}

async function built(corpora: readonly (readonly Page[])[]): Promise<KeptCatalog> {
  const kept: KeptPage[][] = corpora.map(() => []);
  const bytes = await buildCatalog(
    corpora.map((pages, number) => new TestSource(`${number}`, pages)),
    SETTINGS,
    { now: 0, onPage: (page, source) => kept[source]?.push(page) },
  );
  return { catalog: openCatalog(bytes), sources: kept };
}

async function renewed(
  before: KeptCatalog,
  corpora: readonly (readonly Page[] | undefined)[],
): Promise<KeptCatalog> {
  const readings = await Promise.all(
    corpora.map(async (pages, number) =>
      pages
        ? readPages(new TestSource(`${number}`, pages), before.sources[number] ?? [], {})
        : undefined,
    ),
  );
  return renewCatalog(before, readings, SETTINGS, { now: 0 });
}

/** Everything that is promised; documents of one score may come in another order. */
function answersOf(catalog: IndexedCatalog): unknown {
  return {
    revision: catalog.revision,
    facts: catalog.facts,
    pages: catalog.pages(),
    stored: catalog.pages().map(({ id }) => catalog.page(id)),
    hits: QUERIES.map((query) => {
      const { hits, confidence, corrected } = catalog.search(query, { limit: 50 });
      const found = hits.map(({ id, score, snippet }) => ({ id, score, snippet }));
      return { confidence, corrected, found: found.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
    }),
  };
}

describe("renewing a catalog", () => {
  it("equals building it anew", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        corpus,
        fc.array(corpus, { minLength: 1, maxLength: 4 }),
        async (first, then) => {
          let current = await built(first);
          for (const corpora of then) {
            current = await renewed(current, corpora);
            const anew = await built(corpora);
            expect(answersOf(current.catalog)).toEqual(answersOf(anew.catalog));
            expect(current.sources).toEqual(anew.sources);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("keeps the pages of a source that could not be read", async () => {
    const a = [testPage("a/1", "Install", ["how to install"])];
    const b = [testPage("b/1", "Limit", ["the limit"]), testPage("b/2", "Server", ["a server"])];
    const next = await renewed(await built([a, b]), [
      [testPage("a/1", "Install", ["now"])],
      undefined,
    ]);
    expect(next.catalog.page("a/1")?.markdown).toContain("now");
    expect(next.catalog.pages().map(({ id }) => id)).toEqual(["a/1", "b/1", "b/2"]);
    expect(next.catalog.search("limit").hits[0]?.pageId).toBe("b/1");
  });

  it("is the same catalog when nothing has changed", async () => {
    const pages = [testPage("a/1", "Install", ["how"])];
    const before = await built([pages]);
    expect(await renewed(before, [pages.map((page) => ({ ...page }))])).toBe(before);
  });

  it("lets pages keep their ids when another source has a page of that id", async () => {
    const b = [testPage("index", "Second", ["second text"])];
    const before = await built([[testPage("a", "Other", ["x"])], b]);
    const next = await renewed(before, [[testPage("index", "First", ["first text"])], b]);
    expect(next.catalog.page("index")?.title).toBe("Second");
    expect(next.catalog.page("index~2")?.title).toBe("First");
    const third = await renewed(next, [[testPage("index", "First", ["changed text"])], b]);
    expect(third.catalog.page("index~2")?.markdown).toContain("changed text");
    expect(third.catalog.search("second text").hits[0]?.pageId).toBe("index");
  });

  it("indexes only what has changed", async () => {
    const pages = Array.from({ length: 50 }, (_, number) => testPage(`p/${number}`, "T", ["text"]));
    const source = new TestSource("one", pages);
    const before = await built([pages]);
    source.pages = pages.with(7, testPage("p/7", "T", ["other"]));
    const reading = await readPages(source, before.sources[0] ?? [], {});
    expect(reading.filter(({ page }) => page).map(({ sourceId }) => sourceId)).toEqual(["p/7"]);
  });
});
