import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSource } from "../../../src/corpus/sources/open-source.ts";
import { load, pagesOf } from "./load.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function exportFile(records: unknown): string {
  return join(temporaryFolder({ "index.json": JSON.stringify(records) }), "index.json");
}

function memoryInUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe("a JSON export", () => {
  it("becomes pages with the site's URLs", async () => {
    const location = exportFile([
      { title: "Home", permalink: "https://example.org/docs/", contents: "Welcome." },
      {
        title: "A",
        permalink: "https://example.org/docs/a/",
        contents: "<h2 id=x>X</h2>\n<p>Words</p>",
      },
      { title: "A", permalink: "https://example.org/docs/de/a/", contents: "# A\n\nWörter" },
      { title: "Empty", permalink: "https://example.org/docs/empty/", contents: "" },
    ]);
    const pages = await pagesOf({ location, baseUrl: "https://example.org/docs" });
    expect(pages.map(({ id, url, language, title }) => [id, url, language, title])).toEqual([
      ["index", "https://example.org/docs/", "en", "Home"],
      ["a", "https://example.org/docs/a/", "en", "A"],
      ["de/a", "https://example.org/docs/de/a/", "de", "A"],
    ]);
    expect(pages[1]?.sections.some(({ anchor }) => anchor === "x")).toBe(true);
  });

  it("takes what the export says over what the path tells", async () => {
    const location = exportFile({
      pages: [
        {
          title: "Über uns",
          url: "/docs/about/",
          content: "Text",
          lang: "de-DE",
          lastmod: "2025-01-02T00:00:00Z",
          date: "2020-01-01",
          version: "1.2",
          translationKey: "about",
          aliases: ["/old", "beside", "https://other.example/x.html", "javascript:1"],
          site: "https://example.org/docs/",
        },
        {
          title: "Us",
          url: "/docs/us/",
          html: "<p>Text</p>",
          contents: "Text",
          translationKey: "",
        },
        { url: "https://example.org/id/", text: "Teks", date: "0001-01-01T00:00:00Z" },
      ],
    });
    const pages = await pagesOf({ location });
    expect(pages[0]).toMatchObject({
      id: "de-de/about",
      url: "https://example.org/docs/about/",
      language: "de-de",
      modifiedAt: Date.UTC(2025, 0, 2),
      version: "1.2",
      translationKey: "about",
      aliases: [
        "https://example.org/docs/old/",
        "https://example.org/docs/beside/",
        "https://other.example/x.html",
      ],
    });
    expect(pages[1]).toMatchObject({ url: "/docs/us/", id: "docs/us" });
    expect(pages[1]?.translationKey).toBeUndefined();
    expect(pages[2]).toMatchObject({ language: "id", id: "id", translationKey: "index" });
    expect(pages[2]?.modifiedAt).toBeUndefined();
    const english = await pagesOf({ location, languages: ["de-de", "en"] });
    expect(english[2]).toMatchObject({ language: "en", id: "id" });
  });

  it("names entries that are no pages, and serves the rest", async () => {
    const location = exportFile([
      5,
      { title: "No link", contents: "Text" },
      { permalink: "mailto:a@example.org", contents: "Text" },
      { permalink: "/large/", contents: "x".repeat(2000) },
      { permalink: "/a/", contents: "---\n\nA rule first, no front matter." },
      { permalink: "/a/", contents: "Once more" },
      { permalink: "/b/", contents: '{"text": "no front matter either"}\n' },
    ]);
    const { pages, problems } = await load({ location, limits: { maxPageBytes: 1000 } });
    expect(pages.map(({ url }) => url)).toEqual(["/a/", "/b/"]);
    expect(problems.map(({ path }) => path)).toEqual([
      "entry 1",
      "entry 2",
      "mailto:a@example.org",
      "/large/",
      "/a/",
    ]);
  });

  it("is an error without pages, with too many, or when it is something else", async () => {
    await expect(load({ location: exportFile([]) })).rejects.toMatchObject({
      code: "ERR_SOURCE_EMPTY",
    });
    const two = [1, 2].map((n) => ({ permalink: `/${n}/`, contents: "x" }));
    await expect(
      load({ location: exportFile(two), limits: { maxPages: 1 } }),
    ).rejects.toMatchObject({ code: "ERR_SOURCE_LIMIT" });
    await expect(load({ location: exportFile("text") })).rejects.toMatchObject({
      code: "ERR_SOURCE_UNREADABLE",
    });
  });

  it("comes from a URL, whose folder relative links count from", async () => {
    const fetch = async (): Promise<Response> =>
      Response.json([{ title: "A", permalink: "guide/a/", contents: "Text" }]);
    const pages = await pagesOf({ location: "https://example.org/docs/index.json" }, { fetch });
    expect(pages[0]).toMatchObject({ id: "guide/a", url: "https://example.org/docs/guide/a/" });
  });

  it("may be longer than the longest string, in the memory of a few pages", {
    timeout: 60_000,
  }, async () => {
    const total = 540_000_000;
    const longestString = 2 ** 29 - 24;
    expect(total).toBeGreaterThan(longestString);
    const text = 'Lorem ipsum \\"dolor\\" sit amet.\\n'.repeat(28_000);
    const encoder = new TextEncoder();
    let sent = 0;
    let page = 0;
    let most = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent >= total) {
          controller.enqueue(encoder.encode("]"));
          return controller.close();
        }
        // All but one page in a hundred are empty of words, so that reading them takes no time.
        const contents = page % 100 === 0 ? "Words." : "";
        const record = `{"permalink":"/${page}/","contents":"${contents}","raw":"${text}"}`;
        const bytes = encoder.encode(`${page === 0 ? "[" : ","}${record}`);
        controller.enqueue(bytes);
        sent += bytes.length;
        page += 1;
        most = Math.max(most, memoryInUse());
      },
    });
    const fetch = async (): Promise<Response> => new Response(body);
    const before = memoryInUse();
    const source = await openSource({ location: "https://example.org/index.json" }, { fetch });
    const ids: string[] = [];
    for await (const item of source.load()) if (item.kind === "page") ids.push(item.page.id);
    expect(sent).toBeGreaterThan(longestString);
    expect(ids).toHaveLength(Math.ceil(page / 100));
    // Garbage not yet collected is in it too; the whole export would be more.
    expect(most - before).toBeLessThan(250_000_000);
  });
});
