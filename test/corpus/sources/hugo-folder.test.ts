import { describe, expect, it } from "vitest";
import type { Page } from "../../../src/corpus/page.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { load, pagesOf } from "./load.ts";
import { markdownPage, temporaryFolder } from "./temporary-folder.ts";

const paths = (pages: readonly Page[]): string[] =>
  pages.map(({ url }) => decodeURI(new URL(url, "http://x.invalid").pathname)).toSorted();

const BASE = 'baseURL = "https://example.org/base/"\n';

describe("a Hugo site", () => {
  it("has the URLs that Hugo gives it", async () => {
    const folder = temporaryFolder({
      "hugo.toml": `${BASE}[uglyURLs]\nugly = true\n[permalinks]\nblog = "/:year/:month/:slug/"\n`,
      "content/_index.md": markdownPage("Home"),
      "content/docs/_index.md": markdownPage("Docs", "slug: ignored"),
      "content/docs/My Page (one).md": markdownPage("One"),
      "content/docs/slug.md": markdownPage("Two", "slug: 2"),
      "content/docs/url.md": markdownPage("Three", "url: /Kept/As-Is"),
      "content/docs/file.md": markdownPage("Four", "url: kept/as-is.xml"),
      "content/docs/bundle/index.md": markdownPage("Five"),
      "content/docs/bundle/resource.md": markdownPage("No page"),
      "content/docs/bundle/deep/resource.md": markdownPage("No page"),
      "content/docs/html.html": "<p>Words</p>",
      "content/ugly/_index.md": markdownPage("Six"),
      "content/ugly/a.md": markdownPage("Seven"),
      "content/blog/x.md": markdownPage("Eight", "date: 2024-03-05\nslug: post"),
      "layouts/x.html": "<p>not content</p>",
      "public/index.html": "<p>not content</p>",
    });
    const pages = await pagesOf({ location: folder });
    expect(paths(pages)).toEqual([
      "/base/",
      "/base/2024/03/post/",
      "/base/Kept/As-Is/",
      "/base/docs/",
      "/base/docs/2/",
      "/base/docs/bundle/",
      "/base/docs/html/",
      "/base/docs/my-page-one/",
      "/base/kept/as-is.xml",
      "/base/ugly.html",
      "/base/ugly/a.html",
    ]);
    expect(pages.find(({ title }) => title === "Two")?.id).toBe("docs/2");
  });

  it("knows languages by folder, with the default one at the root", async () => {
    const folder = temporaryFolder({
      "config/_default/hugo.toml": `${BASE}defaultContentLanguage = "en"\ndisableLanguages = ["it"]\n`,
      "config/_default/languages.en.toml": 'contentDir = "content/en"\n',
      "config/_default/languages.pt-br.toml": 'contentDir = "content/pt-br"\n',
      "config/_default/languages.german.yaml": "contentdir: content/german\nlanguageCode: de-DE\n",
      "config/_default/languages.it.toml": 'contentDir = "content/it"\n',
      "config/_default/menu.en.toml": "x = 1\n",
      "content/en/docs/a.md": markdownPage("A", "slug: first"),
      "content/pt-br/docs/a.md": markdownPage("A", "url: /um"),
      "content/german/docs/a.md": markdownPage("A", "url: eins"),
      "content/german/only.md": markdownPage("B"),
      "content/it/docs/a.md": markdownPage("A"),
      "content/base/docs/a.md": markdownPage("A"),
    });
    const pages = await pagesOf({ location: folder });
    expect(
      pages.map(({ url, id, language, translationKey }) => [
        new URL(url).pathname,
        id,
        language,
        translationKey,
      ]),
    ).toEqual([
      ["/base/docs/first/", "docs/first", "en", "docs/a"],
      ["/base/german/eins/", "de-de/eins", "de-de", "docs/a"],
      ["/base/german/only/", "de-de/only", "de-de", undefined],
      ["/base/um/", "pt-br/um", "pt-br", "docs/a"],
    ]);
  });

  it("knows languages by suffix and by mount, with the default one in a folder too", async () => {
    const suffixed = temporaryFolder({
      "hugo.yaml":
        "baseURL: https://example.org/\ndefaultContentLanguageInSubdir: true\nlanguages:\n  en: {}\n  de: {}\n",
      "content/_index.de.md": markdownPage("Start"),
      "content/a.md": markdownPage("A"),
      "content/a.de.md": markdownPage("A"),
      "content/v1.2.md": markdownPage("B"),
    });
    const pages = await pagesOf({ location: suffixed });
    expect(paths(pages)).toEqual(["/de/", "/de/a/", "/en/a/", "/en/v1.2/"]);
    expect(pages.map(({ id }) => id).toSorted()).toEqual(["a", "de", "de/a", "v1.2"]);

    const mounted = temporaryFolder({
      "config.json": JSON.stringify({
        languages: { en: {}, de: {} },
        module: {
          mounts: [
            { source: "text/en", target: "content", lang: "en" },
            { source: "text/de", target: "content", sites: { matrix: { languages: ["de"] } } },
            { source: "shared", target: "content/common" },
            { source: "static", target: "static" },
          ],
        },
      }),
      "text/en/a.md": markdownPage("A"),
      "text/de/a.md": markdownPage("A"),
      "shared/b.md": markdownPage("B"),
      "static/c.html": "<p>Words</p>",
    });
    expect(paths(await pagesOf({ location: mounted }))).toEqual(["/a/", "/common/b/", "/de/a/"]);
  });

  it("publishes what Hugo publishes on that day", async () => {
    const now = Date.UTC(2026, 0, 2);
    const folder = temporaryFolder({
      "hugo.toml": BASE,
      "content/a.md": markdownPage("A", "date: 2026-01-01"),
      "content/draft.md": markdownPage("B", "draft: true"),
      "content/future.md": markdownPage("C", "date: 2026-02-01"),
      "content/expired.md": markdownPage("D", "expiryDate: 2026-01-01"),
      "content/headless/index.md": markdownPage("E", "headless: true"),
      "content/never.md": markdownPage("F", "build: {render: never}"),
      "content/parts/_index.md": markdownPage(
        "G",
        "build: {render: always}\ncascade: {build: {render: never}}",
      ),
      "content/parts/deep/part.md": markdownPage("H"),
      "content/parts/shown.md": markdownPage("I", "build: {render: always}"),
      "content/some/_index.md": markdownPage(
        "J",
        "cascade: [{target: {path: x}, build: {render: never}}]",
      ),
    });
    const clock = new FakeClock(now);
    const { pages } = await load({ location: folder }, { clock });
    expect(pages.map(({ title }) => title).toSorted()).toEqual(["A", "G", "I", "J"]);
    expect(pages[0]?.modifiedAt).toBe(Date.UTC(2026, 0, 1));
  });

  it("resolves aliases from the language's root and beside the page", async () => {
    const folder = temporaryFolder({
      "hugo.toml": `${BASE}[languages.en]\n[languages.de]\n`,
      "content/docs/a.md": markdownPage("A", "aliases: [/old, beside, ../up.html]"),
      "content/docs/a.de.md": markdownPage("A", "aliases: [/alt]"),
    });
    const pages = await pagesOf({ location: folder });
    expect(pages.map(({ aliases }) => aliases)).toEqual([
      ["https://example.org/base/de/alt/"],
      [
        "https://example.org/base/old/",
        "https://example.org/base/docs/beside/",
        "https://example.org/base/up.html",
      ],
    ]);
  });

  it("needs no configuration", async () => {
    const files = {
      "content/en/_index.md": markdownPage("Home"),
      "content/en/Docs/A.md": markdownPage("A"),
      "content/de/Docs/A.md": markdownPage("A"),
    };
    const pages = await pagesOf({ location: temporaryFolder(files) });
    expect(paths(pages)).toEqual(["/", "/de/docs/a/", "/docs/a/"]);
    const suffixed = { "_index.md": markdownPage("Home"), "_index.de.md": markdownPage("Start") };
    expect(paths(await pagesOf({ location: temporaryFolder(suffixed) }))).toEqual(["/", "/de/"]);
    const forced = temporaryFolder({ "Docs/A B.md": markdownPage("A") });
    expect(paths(await pagesOf({ location: forced, kind: "hugo" }))).toEqual(["/docs/a-b/"]);
    expect(paths(await pagesOf({ location: forced }))).toEqual(["/Docs/A B/"]);
  });

  it("says which configuration file is broken", async () => {
    const folder = temporaryFolder({ "hugo.toml": "baseURL = ", "content/a.md": "x" });
    await expect(load({ location: folder })).rejects.toMatchObject({
      code: "ERR_SOURCE_UNREADABLE",
      message: expect.stringContaining("hugo.toml"),
    });
  });
});
