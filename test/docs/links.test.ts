import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { DOCUMENTS, documentAt, fragmentsOf, ROOT, withoutCode } from "./manual.ts";

describe.each(DOCUMENTS)("$path", ({ path, text }) => {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");

  it("links to what is there", () => {
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [file = "", fragment] = link.split("#");
      const target = file === "" ? path : normalize(join(dirname(path), file));
      if (!existsSync(join(ROOT, target))) return true;
      return fragment !== undefined && !fragmentsOf(documentAt(target).text).includes(fragment);
    });
    expect(broken).toEqual([]);
  });

  it("shows plain http only for this computer", () => {
    const open = links.filter((link) => /^http:\/\/(?!localhost)/.test(link));
    expect(open).toEqual([]);
  });
});

describe("the manual", () => {
  const pages = DOCUMENTS.filter(({ path }) => /^docs\/(?!adr\/)/.test(path));

  it.each(pages)("$path has one title, the same in its front matter", ({ text }) => {
    const titles = withoutCode(text).match(/^# .+$/gm) ?? [];
    expect(titles).toHaveLength(1);
    const frontMatter: unknown = parse(text.match(/^---\n([\s\S]*?)^---$/m)?.[1] ?? "");
    expect(frontMatter).toEqual({
      title: titles[0]?.slice(2),
      description: expect.stringMatching(/^.{30,200}\.$/),
    });
  });

  it("has a way to each of its pages from docs/index.md", () => {
    const reached = new Set(["docs/index.md"]);
    for (const path of reached) {
      const { text } = documentAt(path);
      for (const [, link = ""] of withoutCode(text).matchAll(/\]\(([^)#\s]+\.md)[^)]*\)/g)) {
        if (!link.includes(":")) reached.add(normalize(join(dirname(path), link)));
      }
    }
    expect(pages.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
  });
});
