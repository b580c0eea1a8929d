import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitLlmsFull } from "../../../src/corpus/sources/split-llms-full.ts";
import { load, pagesOf } from "./load.ts";
import { siteFetch } from "./site-fetch.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const parts = (text: string): unknown[] =>
  splitLlmsFull(text).map(({ title, url, markdown }) => [title, url, markdown]);

describe("splitLlmsFull", () => {
  it("splits at headings that say where they are from, and only there", () => {
    const text = [
      "# Install",
      "Source: https://example.org/install",
      "",
      "Words",
      "",
      "# Second heading of the same page",
      "",
      "```sh",
      "# Comment",
      "Source: https://example.org/not-a-page",
      "```",
      "---",
      "# Use",
      "",
      "**URL:** <https://example.org/use>",
      "More words",
    ].join("\n");
    expect(parts(text)).toEqual([
      [
        "Install",
        "https://example.org/install",
        text.slice(text.indexOf("Words"), text.indexOf("\n---")),
      ],
      ["Use", "https://example.org/use", "More words"],
    ]);
  });

  it("splits at blocks of facts", () => {
    const text = [
      "<page>",
      "---",
      "title: Install",
      "url: /install.md",
      "description: How to",
      "---",
      "# Heading inside",
      "Words",
      "---",
      "After a rule",
      "</page>",
      "<page>",
      "---",
      "source_url: https://example.org/use",
      "---",
      "# Use",
    ].join("\r\n");
    expect(splitLlmsFull(text)).toEqual([
      {
        title: "Install",
        url: "/install.md",
        description: "How to",
        markdown: "# Heading inside\nWords\n---\nAfter a rule",
      },
      {
        title: undefined,
        url: "https://example.org/use",
        description: undefined,
        markdown: "# Use",
      },
    ]);
  });

  it("splits at plain headings when there is nothing better", () => {
    expect(
      parts("> A site\n\n# One\nWords\n~~~\n# Code\n~~~\n# Two #\n\n====\n## Three\nMore"),
    ).toEqual([
      [undefined, undefined, "> A site"],
      ["One", undefined, "Words\n~~~\n# Code\n~~~"],
      ["Two", undefined, "## Three\nMore"],
    ]);
  });

  it("loses no words, whatever the text is like", () => {
    const line = fc.constantFrom(
      "# Head",
      "## Sub",
      "Source: https://example.org/x",
      "---",
      "```",
      "~~~",
      "title: T",
      "",
      "<page>",
      "====",
    );
    const word = fc.nat({ max: 999 }).map((at) => `word${at}`);
    fc.assert(
      fc.property(fc.array(fc.oneof(line, word), { maxLength: 30 }), (lines) => {
        const wordsOf = (text: string): string[] => text.match(/word\d+/g) ?? [];
        const split = splitLlmsFull(lines.join("\n")).map(({ markdown }) => markdown);
        // Facts between rules may swallow a word only as part of YAML that has a title or URL.
        if (lines.includes("title: T") || lines.some((one) => one.startsWith("Source"))) return;
        expect(wordsOf(split.join("\n"))).toEqual(wordsOf(lines.join("\n")));
      }),
    );
  });

  it("takes time in proportion to the text", () => {
    const hostile = ["---\n", "# x\n", "#".repeat(400), " ".repeat(400), "```\n"]
      .map((piece) => piece.repeat(20_000))
      .join("\n");
    const started = performance.now();
    splitLlmsFull(hostile);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe("llms-full.txt", () => {
  it("becomes pages with the URLs that it names", async () => {
    const text =
      "# A\nSource: https://example.org/docs/a.md\n\nWords\n\n# B\nSource: /docs/de/b\n\nWörter";
    const { fetch } = siteFetch({ "https://example.org/docs/llms-full.txt": text });
    const location = "https://example.org/docs/llms-full.txt";
    const pages = await pagesOf({ location }, { fetch });
    expect(pages.map(({ id, url, title, language }) => [id, url, title, language])).toEqual([
      ["a", "https://example.org/docs/a", "A", "en"],
      ["de/b", "https://example.org/docs/de/b", "B", "de"],
    ]);
  });

  it("shares its own URL among pages that name none", async () => {
    const folder = temporaryFolder({
      "llms-full.txt": "# One thing\n\nWords\n\n# One thing\n\nMore words",
    });
    const pages = await pagesOf({ location: join(folder, "llms-full.txt") });
    expect(pages.map(({ id, url, title }) => [id, url, title])).toEqual([
      ["one-thing", "/llms-full.txt", "One thing"],
      ["one-thing-2", "/llms-full.txt", "One thing"],
    ]);
  });

  it("has limits, and words", async () => {
    const folder = temporaryFolder({
      "llms-full.txt": "# A\n\nWords\n\n# B\n\nWords",
      "llms-full-2.txt": "# A",
    });
    const location = join(folder, "llms-full.txt");
    for (const limits of [{ maxTextBytes: 10 }, { maxPages: 1 }]) {
      await expect(load({ location, limits })).rejects.toMatchObject({ code: "ERR_SOURCE_LIMIT" });
    }
    await expect(load({ location: join(folder, "llms-full-2.txt") })).rejects.toMatchObject({
      code: "ERR_SOURCE_EMPTY",
    });
    await expect(load({ location, limits: { maxPageBytes: 4 } })).rejects.toMatchObject({
      code: "ERR_SOURCE_EMPTY",
    });
  });
});
