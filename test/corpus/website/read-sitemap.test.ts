import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { readSitemap } from "../../../src/corpus/website/read-sitemap.ts";

describe("readSitemap", () => {
  it("reads pages with their dates and translations", () => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>
      <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
        <url>
          <loc> https://example.org/?a=1&amp;b=&#50;&#x33; </loc>
          <image:image><image:loc>https://example.org/picture.png</image:loc></image:image>
          <lastmod>2026-01-02</lastmod>
          <xhtml:link rel="alternate" hreflang='de' href="https://example.org/de/"/>
          <xhtml:link rel="stylesheet" hreflang="fr" href="https://example.org/fr/"/>
        </url>
        <url><loc><![CDATA[https://example.org/?c&d]]></loc></url>
        <url><lastmod>2026-01-02</lastmod></url>
      </urlset>`;
    expect(readSitemap(text)).toEqual({
      sitemaps: [],
      pages: [
        {
          url: "https://example.org/?a=1&b=23",
          lastmod: "2026-01-02",
          alternates: [{ language: "de", url: "https://example.org/de/" }],
        },
        { url: "https://example.org/?c&d", lastmod: undefined, alternates: [] },
      ],
    });
  });

  it("reads an index, also with a prefix to its names", () => {
    const text =
      "<s:sitemapindex xmlns:s='x'><s:sitemap><s:loc>https://example.org/a.xml</s:loc></s:sitemap></s:sitemapindex>";
    expect(readSitemap(text)?.sitemaps).toEqual(["https://example.org/a.xml"]);
  });

  it("reads a list of URLs, and nothing that is neither", () => {
    expect(readSitemap("https://example.org/a\n\nhttps://example.org/b\n")?.pages).toHaveLength(2);
    for (const text of ["", "Not found", "<html><p>https://example.org/</p></html>", "# Docs"]) {
      expect(readSitemap(text)).toBeUndefined();
    }
  });

  it("expands nothing, opens nothing, and ends in time", () => {
    const bomb = `<!DOCTYPE urlset [<!ENTITY a "${"ha".repeat(1000)}"><!ENTITY f SYSTEM "file:///etc/passwd">]>
      <urlset><url><loc>https://example.org/&a;&f;</loc></url></urlset>`;
    expect(readSitemap(bomb)?.pages[0]?.url).toBe("https://example.org/&a;&f;");
    for (const piece of [
      "<url",
      "<url>",
      "<loc><![CDATA[",
      "<!--",
      "&#",
      "<a b='",
      "<x:link rel=",
    ]) {
      readSitemap(`<urlset>${piece.repeat(200_000)}`);
    }
    const many = `<urlset>${"<url><loc>https://example.org/a</loc></url>".repeat(60_000)}</urlset>`;
    expect(readSitemap(many)?.pages).toHaveLength(50_000);
  });

  it("reads whatever comes", () => {
    const piece = constantFrom(
      "<url>",
      "</url>",
      "<loc>",
      "</loc>",
      "x",
      "<!--",
      "-->",
      "&amp;",
      "]]>",
    );
    assert(
      property(array(piece), (pieces) => {
        readSitemap(`<urlset>${pieces.join("")}`);
      }),
    );
  });
});
