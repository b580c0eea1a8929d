import { chmodSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Page } from "../../../src/corpus/page.ts";
import { openSource } from "../../../src/corpus/sources/open-source.ts";
import { load, loadAll, pagesOf } from "./load.ts";
import { markdownPage, temporaryFolder } from "./temporary-folder.ts";

const urls = (pages: readonly Page[]): string[] => pages.map(({ url }) => url);

describe("a plain folder", () => {
  it("gives pages the ids and URLs of their paths, in the same order every time", async () => {
    const folder = temporaryFolder({
      "README.md": markdownPage("Home"),
      "guide/index.md": markdownPage("Guide"),
      "guide/README.md": markdownPage("About this folder"),
      "guide/install.md": markdownPage("Install"),
      "api.mdx": markdownPage("API"),
      "page.html": "<title>Page</title><body><p>Words</p></body>",
      "site/index.htm": "<title>Site</title><body><p>Words</p></body>",
      "notes.txt": "no document",
      ".hidden/a.md": markdownPage("Hidden"),
      "node_modules/x/README.md": markdownPage("Dependency"),
      "_partials/a.md": markdownPage("Partial"),
    });
    const pages = await pagesOf({ location: folder, baseUrl: "https://example.org/docs" });
    expect(pages.map(({ id, url }) => [id, url])).toEqual([
      ["index", "https://example.org/docs/"],
      ["api", "https://example.org/docs/api/"],
      ["guide/README", "https://example.org/docs/guide/README/"],
      ["guide", "https://example.org/docs/guide/"],
      ["guide/install", "https://example.org/docs/guide/install/"],
      ["page", "https://example.org/docs/page.html"],
      ["site", "https://example.org/docs/site/"],
    ]);
    expect(urls(await pagesOf({ location: folder }))[4]).toBe("/guide/install/");
  });

  it("reads language from folders, suffixes, front matter and the page itself", async () => {
    const byFolder = await pagesOf({
      location: temporaryFolder({
        "en/guide/a.md": markdownPage("A"),
        "pt-BR/guide/a.md": markdownPage("A"),
        "pt-BR/guide/only.md": markdownPage("B"),
      }),
    });
    expect(
      byFolder.map(({ id, language, url, translationKey }) => [id, language, url, translationKey]),
    ).toEqual([
      ["guide/a", "en", "/en/guide/a/", "guide/a"],
      ["pt-br/guide/a", "pt-br", "/pt-BR/guide/a/", "guide/a"],
      ["pt-br/guide/only", "pt-br", "/pt-BR/guide/only/", undefined],
    ]);
    const byFile = await pagesOf({
      location: temporaryFolder({
        "a.md": markdownPage("A"),
        "a.de.md": markdownPage("A"),
        "b.md": markdownPage("B", "lang: fr"),
        "c.is.md": markdownPage("Not Icelandic"),
        "d.html": '<html lang="ja"><body><p>Words</p></body></html>',
      }),
    });
    expect(byFile.map(({ url, language }) => [url, language])).toEqual([
      ["/de/a/", "de"],
      ["/a/", "en"],
      ["/b/", "fr"],
      ["/c.is/", "en"],
      ["/d.html", "ja"],
    ]);
  });

  it("reads versions from paths", async () => {
    const folder = temporaryFolder({
      "v1.2/a.md": markdownPage("A"),
      "next/a.md": markdownPage("A"),
      "a.md": markdownPage("A", "version: '9'"),
    });
    const versions = async (settings: object): Promise<(string | undefined)[]> =>
      (await pagesOf({ location: folder, ...settings })).map(({ version }) => version);
    expect(await versions({})).toEqual(["9", undefined, "v1.2"]);
    expect(await versions({ versions: ["next"], version: "0" })).toEqual(["9", "next", "0"]);
  });

  it("leaves out drafts and pages without words, which are no problems", async () => {
    const folder = temporaryFolder({
      "a.md": markdownPage("A"),
      "draft.md": markdownPage("Draft", "draft: true"),
      "unpublished.md": markdownPage("Unpublished", "published: false"),
      "stub.md": "---\ntitle: A title only\n---\n\n# A title only\n",
      "empty.md": "",
    });
    expect(urls(await pagesOf({ location: folder }))).toEqual(["/a/"]);
  });

  it("takes a page's own address and its aliases", async () => {
    const folder = temporaryFolder({
      "a/b.md": markdownPage("B", "permalink: /other/place.html\nredirect_from: [/old.html]"),
      "a/c.md": markdownPage("C", "slug: see"),
      "a/d.md": markdownPage("D", "slug: /root\naliases: old-d/"),
      "a/e.md": markdownPage("E", "permalink: /:year/:title/"),
    });
    const pages = await pagesOf({ location: folder, baseUrl: "https://example.org/x/" });
    expect(pages.map(({ url, aliases }) => [url, ...aliases])).toEqual([
      ["https://example.org/x/other/place.html", "https://example.org/x/old.html"],
      ["https://example.org/x/a/see/"],
      ["https://example.org/x/root/", "https://example.org/x/old-d/"],
      ["https://example.org/x/a/e/"],
    ]);
  });

  it("names pages that are at one URL, and gives ids that are alike a number", async () => {
    const folder = temporaryFolder({
      "a.md": markdownPage("A"),
      "a/index.md": markdownPage("Also A"),
      "a.html": "<title>Built</title><body><p>Words</p></body>",
    });
    const { pages, problems } = await load({ location: folder });
    expect(pages.map(({ id, url }) => [id, url])).toEqual([
      ["a", "/a/"],
      ["a-2", "/a.html"],
    ]);
    expect(problems).toEqual([
      { path: "a.md", reason: expect.stringContaining("a/index.md: /a/") },
    ]);
  });
});

describe("Docusaurus and Jekyll", () => {
  it("follows Docusaurus' versions, translations, number prefixes and slugs", async () => {
    const folder = temporaryFolder({
      "docusaurus.config.ts": "",
      "docs/01-intro.md": markdownPage("Intro"),
      "docs/02-guide/index.md": markdownPage("Guide"),
      "docs/a.md": markdownPage("A", "slug: /"),
      "docs/b.md": markdownPage("B", "id: bee"),
      "docs/_partial.mdx": markdownPage("Partial"),
      "versioned_docs/version-1.2/01-intro.md": markdownPage("Intro"),
      "i18n/de/docusaurus-plugin-content-docs/current/01-intro.md": markdownPage("Intro"),
      "i18n/de/docusaurus-plugin-content-docs/version-1.2/01-intro.md": markdownPage("Intro"),
      "src/pages/x.md": markdownPage("X"),
    });
    const pages = await pagesOf({ location: folder, baseUrl: "https://example.org/" });
    expect(
      pages
        .toSorted((a, b) => (a.url < b.url ? -1 : 1))
        .map(({ url, id, language, version }) => [new URL(url).pathname, id, language, version]),
    ).toEqual([
      ["/de/docs/1.2/intro", "de/docs/1.2/intro", "de", "1.2"],
      ["/de/docs/intro", "de/docs/intro", "de", undefined],
      ["/docs", "docs", "en", undefined],
      ["/docs/1.2/intro", "docs/1.2/intro", "en", "1.2"],
      ["/docs/bee", "docs/bee", "en", undefined],
      ["/docs/guide/", "docs/guide", "en", undefined],
      ["/docs/intro", "docs/intro", "en", undefined],
    ]);
  });

  it("ends Jekyll's pages in .html, below the configured address", async () => {
    const folder = temporaryFolder({
      "_config.yml": "url: https://example.org\nbaseurl: /kit\n",
      "index.md": markdownPage("Home"),
      "guide/a.md": markdownPage("A"),
      "_posts/2024-01-01-x.md": markdownPage("X"),
    });
    expect(urls(await pagesOf({ location: folder })).toSorted()).toEqual([
      "https://example.org/kit/",
      "https://example.org/kit/guide/a.html",
    ]);
  });
});

describe("what cannot be read", () => {
  it("is named with its reason, and the rest is served", async () => {
    const folder = temporaryFolder({
      "a.md": markdownPage("A"),
      "large.md": markdownPage("x".repeat(2000)),
      "latin1.md": Buffer.from("caf\xe9", "latin1"),
      "utf16.md": Buffer.from("\uFEFFtext", "utf16le"),
      "front-matter.md": "+++\ntitle = \n+++\nWords\n",
    });
    const { pages, problems } = await load({ location: folder, limits: { maxPageBytes: 1000 } });
    expect(urls(pages)).toEqual(["/a/"]);
    expect(problems.map(({ path }) => path)).toEqual([
      "front-matter.md",
      "large.md",
      "latin1.md",
      "utf16.md",
    ]);
    expect(problems[1]?.reason).toMatch(/has 4\d{3} bytes; at most 1000/);
    expect(problems[2]?.reason).toContain("not valid UTF-8");
    expect(problems[3]?.reason).toContain("UTF-16");
  });

  it.skipIf(process.getuid?.() === 0)("is named when permission is denied", async () => {
    const folder = temporaryFolder({ "a.md": markdownPage("A"), "b.md": markdownPage("B") });
    chmodSync(join(folder, "b.md"), 0o000);
    const { problems } = await load({ location: folder });
    expect(problems).toEqual([
      { path: "b.md", reason: expect.stringContaining("permission denied") },
    ]);
  });

  it("follows links inside the folder once, and none that lead out or in circles", async () => {
    const outside = temporaryFolder({ "secret.md": markdownPage("Secret") });
    const folder = temporaryFolder({ "a/page.md": markdownPage("Page") });
    symlinkSync(folder, join(folder, "a/loop"));
    symlinkSync(join(folder, "a/page.md"), join(folder, "alias.md"));
    symlinkSync(outside, join(folder, "outside"));
    symlinkSync(join(outside, "secret.md"), join(folder, "out.md"));
    symlinkSync(join(folder, "gone"), join(folder, "broken.md"));
    const { pages, problems } = await load({ location: folder });
    expect(urls(pages)).toEqual(["/a/page/", "/alias/"]);
    expect(problems.map(({ path, reason }) => [path, reason.slice(0, 24)])).toEqual([
      ["broken.md", "The link cannot be follo"],
      ["out.md", "The link leads out of th"],
    ]);
  });

  it("stops at folders that are too deep, and at too many files", async () => {
    const folder = temporaryFolder({ "a.md": markdownPage("A"), "b/c/d.md": markdownPage("D") });
    const { pages, problems } = await load({ location: folder, limits: { maxDepth: 1 } });
    expect(urls(pages)).toEqual(["/a/"]);
    expect(problems).toEqual([{ path: "b/c", reason: "The folder is more than 1 deep." }]);
    await expect(load({ location: folder, limits: { maxPages: 1 } })).rejects.toMatchObject({
      code: "ERR_SOURCE_LIMIT",
    });
  });

  it("is an error when nothing is left", async () => {
    const none = temporaryFolder({ "notes.txt": "" });
    await expect(load({ location: none })).rejects.toMatchObject({ code: "ERR_SOURCE_EMPTY" });
    const stubs = temporaryFolder({ "a.md": "", "b.md": Buffer.from([0xff]) });
    await expect(load({ location: stubs })).rejects.toThrow(/None of the 2 files .* \(1 could not/);
  });
});

describe("loading", () => {
  it("tells how far it is, and stops when it is told to", async () => {
    const files = Array.from(
      { length: 30 },
      (_, at) => [`p${at}.md`, markdownPage(`P${at}`)] as const,
    );
    const folder = temporaryFolder(Object.fromEntries(files));
    const source = await openSource({ location: folder }, { fetch });
    const seen: unknown[] = [];
    await loadAll(source, { onProgress: (progress) => seen.push(progress) });
    expect(seen).toHaveLength(30);
    expect(seen.at(-1)).toEqual({ pagesRead: 30, pagesExpected: 30 });

    const controller = new AbortController();
    const reason = new Error("enough");
    const stopped = loadAll(source, {
      signal: controller.signal,
      onProgress: ({ pagesRead }) => pagesRead === 3 && controller.abort(reason),
    });
    await expect(stopped).rejects.toBe(reason);
  });

  it("sees what has changed since the last time", async () => {
    const folder = temporaryFolder({ "a.md": markdownPage("A") });
    const source = await openSource({ location: folder }, { fetch });
    expect((await loadAll(source)).pages).toHaveLength(1);
    writeFileSync(join(folder, "b.md"), markdownPage("B"));
    expect((await loadAll(source)).pages.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("reads a single file", async () => {
    const folder = temporaryFolder({ "a/install.md": markdownPage("Install"), "b.md": "x" });
    const pages = await pagesOf({ location: join(folder, "a/install.md") });
    expect(pages.map(({ id, url, title }) => [id, url, title])).toEqual([
      ["install", "/install/", "Install"],
    ]);
  });
});
