import { describe, expect, it } from "vitest";
import { MAX_SITEMAP_URLS } from "../../src/http/crawler-files.ts";
import { createFakeCatalog } from "../support/fake-catalog.ts";
import { createTestHandler } from "../support/start-server.ts";

const BASE = "http://localhost:8080";
const textOf = async (
  path: string,
  handler = createTestHandler({ publicUrl: BASE }),
): Promise<string> => (await handler.fetch(new Request(BASE + path))).text();
const locations = (xml: string): string[] =>
  [...xml.matchAll(/<loc>([^<]*)<\/loc>/g)].map((match) => match[1] ?? "");

describe("sitemap.xml", () => {
  it("names the front page and every page, all of which are there", async () => {
    const handler = createTestHandler({ publicUrl: BASE });
    const urls = locations(await textOf("/sitemap.xml", handler));
    expect(urls).toHaveLength(13);
    expect(urls).toContain(`${BASE}/pages/guide/install.md`);
    for (const url of urls) expect((await handler.fetch(new Request(url))).status).toBe(200);
  });

  it("has the day of the last change, when there is one", async () => {
    const catalog = createFakeCatalog([
      { id: "a", markdown: "x" },
      { id: "b&c", markdown: "x" },
    ]);
    const [a, b] = catalog.pages();
    if (!a || !b) throw new Error("the fake has two pages");
    const pages = [
      { ...a, modifiedAt: Date.UTC(2026, 1, 3) },
      { ...b, modifiedAt: 8.64e15 + 1 },
    ];
    const handler = createTestHandler({ publicUrl: BASE }, { ...catalog, pages: () => pages });
    expect(await textOf("/sitemap.xml", handler)).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n<url><loc>${BASE}/</loc></url>\n<url><loc>${BASE}/pages/a.md</loc><lastmod>2026-02-03</lastmod></url>\n<url><loc>${BASE}/pages/b%26c.md</loc></url>\n</urlset>\n`,
    );
  });

  it("is split when there are more pages than one file may name", async () => {
    const catalog = createFakeCatalog([{ id: "a", markdown: "x" }]);
    const [page] = catalog.pages();
    if (!page) throw new Error("the fake has a page");
    const pages = Array.from({ length: MAX_SITEMAP_URLS + 5 }, (_, i) => ({
      ...page,
      id: `p${i}`,
    }));
    const handler = createTestHandler({ publicUrl: BASE }, { ...catalog, pages: () => pages });
    const parts = locations(await textOf("/sitemap.xml", handler));
    expect(parts).toEqual([`${BASE}/sitemap.xml?part=1`, `${BASE}/sitemap.xml?part=2`]);
    const [first, second] = await Promise.all(
      parts.map(async (part) => locations(await textOf(part.slice(BASE.length), handler))),
    );
    expect(first).toHaveLength(MAX_SITEMAP_URLS);
    expect(new Set([...(first ?? []), ...(second ?? [])]).size).toBe(pages.length + 1);
    for (const part of ["0", "3", "x", "-1", "1e9"]) {
      expect((await handler.fetch(new Request(`${BASE}/sitemap.xml?part=${part}`))).status).toBe(
        404,
      );
    }
  });
});

it("robots.txt names the sitemap and keeps crawlers from what makes work", async () => {
  const text = await textOf("/robots.txt");
  expect(text).toContain(`Sitemap: ${BASE}/sitemap.xml`);
  expect(text).toContain("Disallow: /search.json");
});
