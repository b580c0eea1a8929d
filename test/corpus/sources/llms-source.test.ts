import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { llmsLinks } from "../../../src/corpus/sources/llms-links.ts";
import { load, pagesOf } from "./load.ts";
import { siteFetch } from "./site-fetch.ts";
import { markdownPage, temporaryFolder } from "./temporary-folder.ts";

const SITE = "https://example.org";

describe("llmsLinks", () => {
  it("finds list items and bare URLs, and no links in prose", () => {
    const text = [
      "# Site",
      "> See [prose](/prose) for more.",
      "- [A](/a.md): What A is",
      '* [B [x]](</b.md> "tip")',
      "1. [C](c.md) - About C",
      "[D](https://example.org/d)",
      "- https://example.org/e",
      "- [Unclosed](/f",
      `- [Long](/${"x".repeat(5000)})`,
    ].join("\n");
    expect(llmsLinks(text).map(({ title, url, description }) => [title, url, description])).toEqual(
      [
        ["A", "/a.md", "What A is"],
        ["C", "c.md", "About C"],
        ["D", "https://example.org/d", undefined],
        ["", "https://example.org/e", undefined],
      ],
    );
  });
});

describe("llms.txt", () => {
  it("leads to the pages of its own site, each once, by their public URLs", async () => {
    const list = [
      "# Site",
      "- [A](/docs/a.md): What A is",
      "- [A again](https://example.org/docs/a.md#part)",
      "- [B](/docs/b/index.html.md)",
      "- [Other](https://other.example/x.md)",
      "- [Full](/llms-full.txt)",
      "- [Gone](/gone.md)",
      "- [Picture](/picture)",
      "- [German](/de/docs/a.md)",
    ].join("\n");
    const site = siteFetch({
      [`${SITE}/llms.txt`]: list,
      [`${SITE}/docs/a.md`]: "Words without a heading",
      [`${SITE}/docs/b/index.html.md`]: "# B\n\nWords",
      [`${SITE}/de/docs/a.md`]: "# A\n\nWörter",
      [`${SITE}/picture`]: { text: "x", init: { headers: { "content-type": "image/png" } } },
    });
    const { pages, problems } = await load({ location: `${SITE}/llms.txt` }, site);
    expect(pages.map(({ id, url, title, aliases }) => [id, url, title, aliases])).toEqual([
      ["docs/a", `${SITE}/docs/a`, "A", [`${SITE}/docs/a.md`]],
      ["docs/b", `${SITE}/docs/b/`, "B", [`${SITE}/docs/b/index.html.md`]],
      ["de/docs/a", `${SITE}/de/docs/a`, "A", [`${SITE}/de/docs/a.md`]],
    ]);
    expect(pages[0]?.description).toBe("What A is");
    expect(problems.map(({ path, reason }) => [path, reason])).toEqual([
      [`${SITE}/gone.md`, `${SITE}/gone.md answered with status 404, not 200.`],
      [`${SITE}/picture`, expect.stringContaining("image/png; expected Markdown")],
    ]);
    expect(site.requested.some((url) => !url.startsWith(SITE))).toBe(false);
  });

  it("prefers a page's Markdown twin, and stops asking a site that has none", async () => {
    const html = (name: string): string => `<title>${name}</title>\n<p>Words in HTML</p>`;
    const names = ["a", "b", "c", "d", "e"];
    const pages = Object.fromEntries(names.map((name) => [`${SITE}/${name}`, html(name)]));
    const list = names.map((name) => `- [${name}](/${name})`).join("\n");
    const limits = { maxConcurrency: 1 };
    const without = siteFetch({ ...pages, [`${SITE}/llms.txt`]: list });
    expect(await pagesOf({ location: `${SITE}/llms.txt`, limits }, without)).toHaveLength(5);
    expect(without.requested.filter((url) => url.endsWith(".md"))).toHaveLength(3);

    const twins = Object.fromEntries(
      names.map((name) => [`${SITE}/${name}.md`, `# ${name}\n\nTwin`]),
    );
    const having = siteFetch({ ...pages, ...twins, [`${SITE}/llms.txt`]: list });
    const loaded = await pagesOf({ location: `${SITE}/llms.txt`, limits }, having);
    expect(loaded.map(({ url }) => url)).toEqual(names.map((name) => `${SITE}/${name}`));
    expect(loaded.every(({ markdown }) => markdown.includes("Twin"))).toBe(true);
  });

  it("follows lists of lists as far as it may, and no circles", async () => {
    const site = siteFetch({
      [`${SITE}/llms.txt`]: "- [One](/one/llms.txt)\n- [Self](/llms.txt)\n- [A](/a.md)",
      [`${SITE}/one/llms.txt`]: "- [Two](/two/llms.txt)\n- [Up](/llms.txt)\n- [B](b.md)",
      [`${SITE}/two/llms.txt`]: "- [Three](/three/llms.txt)\n- [C](c.md)",
      [`${SITE}/three/llms.txt`]: "- [D](d.md)",
      ...Object.fromEntries(
        ["a", "one/b", "two/c", "three/d"].map((at) => [`${SITE}/${at}.md`, `# ${at}\n\nWords`]),
      ),
    });
    const pages = await pagesOf({ location: `${SITE}/llms.txt` }, site);
    expect(pages.map(({ id }) => id)).toEqual(["two/c", "one/b", "a"]);
  });

  it("asks for only so many pages, and only so many at once", async () => {
    const names = Array.from({ length: 30 }, (_, at) => `p${at}`);
    const site = siteFetch({
      [`${SITE}/llms.txt`]: names.map((name) => `- [${name}](/${name}.md)`).join("\n"),
      ...Object.fromEntries(names.map((name) => [`${SITE}/${name}.md`, "Words"])),
    });
    const location = `${SITE}/llms.txt`;
    const pages = await pagesOf({ location, limits: { maxConcurrency: 3 } }, site);
    expect(pages.map(({ id }) => id)).toEqual(names);
    expect(site.mostAtOnce()).toBe(3);
    await expect(load({ location, limits: { maxLinks: 29 } }, site)).rejects.toMatchObject({
      code: "ERR_SOURCE_LIMIT",
    });
  });

  it("in a file leads to files beside it, and to the site that was named", async () => {
    const outside = temporaryFolder({ "secret.md": markdownPage("Secret") });
    const folder = temporaryFolder({
      "llms.txt":
        "- [A](guide/a.md)\n- [Out](../../../../etc/out.md)\n- [Link](link.md)\n- [B](https://example.org/b.md)",
      "guide/a.md": markdownPage("A"),
    });
    symlinkSync(join(outside, "secret.md"), join(folder, "link.md"));
    const location = join(folder, "llms.txt");
    const site = siteFetch({ [`${SITE}/b.md`]: "# B\n\nWords" });
    const alone = await load({ location }, site);
    expect(alone.pages.map(({ url }) => url)).toEqual(["/guide/a"]);
    expect(alone.problems).toHaveLength(2);
    expect(site.requested).toEqual([]);
    const { pages } = await load({ location, baseUrl: SITE }, site);
    expect(pages.map(({ url }) => url)).toEqual([`${SITE}/guide/a`, `${SITE}/b`]);
  });

  it("is an error when it leads nowhere", async () => {
    const site = siteFetch({
      [`${SITE}/llms.txt`]: "# Nothing",
      [`${SITE}/x/llms.txt`]: "- [A](a.md)",
    });
    for (const location of [`${SITE}/llms.txt`, `${SITE}/x/llms.txt`]) {
      await expect(load({ location }, site)).rejects.toMatchObject({ code: "ERR_SOURCE_EMPTY" });
    }
    await expect(load({ location: `${SITE}/none/llms.txt` }, site)).rejects.toMatchObject({
      code: "ERR_SOURCE_FETCH",
    });
  });
});
