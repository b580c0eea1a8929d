import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { paths, read, siteReader } from "./read-site.ts";
import { page, redirect, send, sitemap, waywardSite, xml } from "./wayward-site.ts";

describe("WebsiteSource", () => {
  it("follows links below the start page, and nothing else", async () => {
    const site = await waywardSite({
      "/docs/": page("Home", [
        "a/",
        "/docs/b.html#part",
        "../outside/",
        "https://elsewhere.example/",
      ]),
      "/docs/a/": page("A", ["/docs/", "c?month=1", "logo.png", "mailto:x@y.example"]),
      "/docs/b.html": page("B"),
      "/docs/a/c": page("C"),
      "/outside/": page("Outside"),
    });
    const loaded = await read(site, { location: `${site.url}docs/` });
    expect(paths(loaded)).toEqual(["/docs/", "/docs/a/", "/docs/a/c", "/docs/b.html"]);
    expect(loaded.problems).toEqual([]);
    expect(loaded.pages.map(({ id }) => id)).toEqual(["index", "a", "a/c", "b"]);
    expect(loaded.pages[1]).toMatchObject({
      title: "A",
      language: "en",
      url: `${site.url}docs/a/`,
      markdown: "# A\n\nWords about A.\n",
    });
    expect(site.mostAtOnce()).toBe(1);
    expect(site.requests.every(({ headers }) => headers["user-agent"] === "docport/1.2.3")).toBe(
      true,
    );
  });

  it("reads what the sitemaps list, indexes and gzip included", async () => {
    const site = await waywardSite();
    site.answers = {
      "/robots.txt": `Sitemap: ${site.url}index.xml`,
      "/index.xml": xml(
        `<sitemapindex><sitemap><loc>${site.url}one.xml</loc></sitemap><!-- <sitemap><loc>/no</loc></sitemap> --><sitemap><loc><![CDATA[${site.url}two.xml.gz]]></loc></sitemap></sitemapindex>`,
      ),
      "/one.xml": xml(sitemap(site, { "/": "", "/a/": "2026-01-02", "/a/?x=1&amp;y=2": "" })),
      "/two.xml.gz": (_, response) =>
        send(response, gzipSync(sitemap(site, { "/b/": "", "/a/": "" })), {
          "content-type": "application/gzip",
        }),
      "/": page("Home", ["/unlisted/"]),
      "/a/": page("A"),
      "/a/?x=1&y=2": page("A by query"),
      "/b/": page("B"),
      "/unlisted/": page("Unlisted"),
    };
    const loaded = await read(site);
    expect(loaded.problems).toEqual([]);
    expect(paths(loaded)).toEqual(["/", "/a/", "/a/", "/b/"]);
    expect(loaded.pages[1]?.modifiedAt).toBe(Date.UTC(2026, 0, 2));
  });

  it("takes a sitemap as the source itself", async () => {
    const site = await waywardSite();
    site.answers = {
      "/docs/sitemap.xml": xml(sitemap(site, { "/docs/a/": "", "/other/": "" })),
      "/docs/a/": page("A"),
      "/other/": page("Other"),
    };
    const loaded = await read(site, { location: `${site.url}docs/sitemap.xml` });
    expect(paths(loaded)).toEqual(["/docs/a/"]);
  });

  it("starts from llms.txt too, where there is no sitemap", async () => {
    const site = await waywardSite({
      "/": page("Home"),
      "/llms.txt": "# Docs\n\n- [Hidden](/hidden.md): Not linked to\n",
      "/hidden": page("Hidden"),
    });
    expect(paths(await read(site))).toEqual(["/", "/hidden"]);
  });

  it("makes one page of redirects, refreshes and canonical links, with aliases", async () => {
    const site = await waywardSite({
      "/": page("Home", ["/old", "/moved", "/print", "/x", "/y", "/wrong"]),
      "/old": redirect("/new"),
      "/moved": '<meta http-equiv="refresh" content="0; url=/new">',
      "/new": page("New"),
      "/print": page("New for print", [], '<link rel="canonical" href="/new">'),
      // Canonical links in a circle, and to what is not there, are not believed.
      "/x": page("X", [], '<link rel="canonical" href="/y">'),
      "/y": page("Y", [], '<link rel="canonical" href="/x">'),
      "/wrong": page("Wrong", [], '<link rel="canonical" href="/404">'),
    });
    const loaded = await read(site);
    expect(paths(loaded)).toEqual(["/", "/new", "/wrong", "/x", "/y"]);
    expect(loaded.pages[1]?.aliases.map((url) => new URL(url).pathname).toSorted()).toEqual([
      "/moved",
      "/old",
      "/print",
    ]);
    const asked = site.requests.filter(({ headers }) => headers.accept?.startsWith("text/html"));
    // Once for /old, and not again for itself.
    expect(asked.filter(({ url }) => url === "/new")).toHaveLength(1);
  });

  it("counts links from <base>, and obeys noindex and nofollow", async () => {
    const site = await waywardSite({
      "/": page("Home", ["a", "secret", "header"], `<base href="/deep/">`),
      "/deep/a": page("A", ["/never"], '<meta name="robots" content="nofollow">'),
      "/deep/secret": page("Secret", ["b"], '<meta name="robots" content="noindex">'),
      "/deep/header": (_, response) => send(response, page("Header"), { "x-robots-tag": "none" }),
      "/deep/b": page("B"),
      "/never": page("Never"),
    });
    const loaded = await read(site);
    expect(paths(loaded)).toEqual(["/", "/deep/a", "/deep/b"]);
    expect(site.requested).not.toContain("/never");
  });

  it("groups translations by hreflang", async () => {
    const alternates = ["en:/guide/", "de:/anleitung/", "x-default:/guide/"]
      .map((one) => one.split(":"))
      .map(([language, href]) => `<link rel="alternate" hreflang="${language}" href="${href}">`)
      .join("");
    const site = await waywardSite({
      "/": page("Home", ["/guide/"]),
      "/guide/": page("Guide", [], alternates),
      "/anleitung/": page("Anleitung", [], alternates),
    });
    const { pages } = await read(site);
    const [german, english] = ["/anleitung/", "/guide/"].map((path) =>
      pages.find(({ url }) => url.endsWith(path)),
    );
    expect(german).toMatchObject({ language: "de", id: "de/anleitung" });
    expect(english).toMatchObject({ language: "en", id: "guide" });
    expect(german?.translationKey).toBeDefined();
    expect(german?.translationKey).toBe(english?.translationKey);
  });

  it.each([
    ["/guide/install.md", "name.md"],
    ["/guide/install/index.md", "index.md"],
    ["/guide/install/index.html.md", "html.md"],
  ])("prefers Markdown beside its pages (%s)", async (twin, form) => {
    const markdown = (_: unknown, response: Parameters<typeof send>[0]): void =>
      send(response, "# Install\n\nFrom **Markdown**.\n", { "content-type": "text/markdown" });
    const site = await waywardSite({
      "/": page("Home", ["/guide/install/", "/b/", "/c/"]),
      "/guide/install/": page("Install"),
      [twin]: markdown,
      "/b/": page("B"),
      "/c/": page("C"),
    });
    const reader = siteReader(site);
    const { pages } = await reader.read();
    expect(pages.find(({ url }) => url.endsWith("/install/"))).toMatchObject({
      markdown: "# Install\n\nFrom **Markdown**.\n",
      url: `${site.url}guide/install/`,
    });
    expect(pages.find(({ url }) => url.endsWith("/b/"))?.markdown).toContain("Words about B");
    expect(await reader.cache.get("twins")).toBe(form);
  });

  it("prefers Markdown that a page answers or links with, and stops looking where there is none", async () => {
    const negotiating = await waywardSite({
      "/": page("Home", ["/a"]),
      "/a": ({ headers }, response) =>
        headers.accept === "text/markdown"
          ? send(response, "# A\n\nNegotiated.\n", { "content-type": "text/markdown" })
          : send(response, page("A")),
    });
    expect((await read(negotiating)).pages[1]?.markdown).toContain("Negotiated");

    const linking = await waywardSite({
      "/": page("Home", [], '<link rel="alternate" type="text/markdown" href="/home.txt">'),
      "/home.txt": "# Home\n\nLinked.\n",
    });
    expect((await read(linking)).pages[0]?.markdown).toContain("Linked");

    const links = Array.from({ length: 20 }, (_, at) => `/p${at}`);
    const plain = await waywardSite({
      "/": page("Home", links),
      ...Object.fromEntries(links.map((link) => [link, page(link)])),
    });
    plain.otherwise = (_, response) => send(response, page("An application for every URL"));
    await read(plain);
    expect(plain.requested.filter((path) => path.endsWith(".md")).length).toBeLessThan(10);
  });

  it("puts pages where they are published", async () => {
    const site = await waywardSite({ "/docs/": page("Home", ["a/"]), "/docs/a/": page("A") });
    const settings = { location: `${site.url}docs/`, baseUrl: "https://docs.example.org/v1/" };
    const { pages } = await read(site, settings);
    expect(pages.map(({ url }) => url)).toEqual([
      "https://docs.example.org/v1/",
      "https://docs.example.org/v1/a/",
    ]);
  });

  it("says what is wrong when there is nothing", async () => {
    const site = await waywardSite({ "/": "<p></p>" });
    await expect(read(site)).rejects.toMatchObject({ code: "ERR_SOURCE_EMPTY" });
    site.answers = { "/": 403 };
    await expect(read(site)).rejects.toMatchObject({
      code: "ERR_SOURCE_FETCH",
      message: expect.stringContaining("status 403"),
    });
    site.answers = { "/": redirect("https://elsewhere.example/") };
    await expect(read(site)).rejects.toMatchObject({
      code: "ERR_SOURCE_FETCH",
      hint: "If that is the documentation, name https://elsewhere.example/ itself.",
    });
  });
});
