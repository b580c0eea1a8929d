import { describe, expect, it } from "vitest";
import { placePage, readDocument } from "../../src/corpus/read-document.ts";

const anchors = (markdown: string): (readonly [string, string])[] =>
  readDocument(markdown, "markdown").sections.map(({ anchor, title }) => [anchor, title]);
const markdownOf = (source: string): string => readDocument(source, "markdown").markdown;
const textOf = (source: string): string =>
  readDocument(source, "markdown")
    .sections.map(({ text }) => text)
    .join("|");

describe("titles and sections", () => {
  it("has a lead even when there is nothing", () => {
    const lead = {
      level: 0,
      anchor: "",
      title: "",
      headingPath: [""],
      markdown: "",
      text: "",
      code: "",
    };
    expect(readDocument("", "markdown").sections).toEqual([lead]);
    expect(readDocument("<!-- x -->", "html")).toMatchObject({ title: undefined, markdown: "" });
  });

  it("puts the title's own heading into the lead", () => {
    const { title, sections } = readDocument(
      "Before\n\n# A *b*\n\nLead\n\n## C\n\nText\n",
      "markdown",
    );
    expect(title).toBe("A b");
    expect(sections.map(({ level, title, text }) => [level, title, text])).toEqual([
      [0, "A b", "Before\nLead"],
      [2, "C", "Text"],
    ]);
    expect(sections[0]?.markdown).toBe("Before\n\n# A *b*\n\nLead\n\n");
  });

  it("keeps a first heading that is not the title as a section", () => {
    const { title, sections } = readDocument("---\ntitle: T\n---\n# A\n\nx\n", "markdown");
    expect(title).toBe("T");
    expect(sections.map(({ headingPath }) => headingPath)).toEqual([["T"], ["T", "A"]]);
  });

  it("keeps a second heading with the title's text as a section", () => {
    expect(anchors("# A\n\n# A\n")).toEqual([
      ["", "A"],
      ["a-1", "A"],
    ]);
  });

  it("builds heading paths over skipped levels", () => {
    const { sections } = readDocument("# T\n## A\n#### B\n### C\n## D\n", "markdown");
    expect(sections.map(({ headingPath }) => headingPath.join("/"))).toEqual([
      "T",
      "T/A",
      "T/A/B",
      "T/A/C",
      "T/D",
    ]);
  });

  it.each([
    ["a fence", "```\n# x\n```\n"],
    ["a longer fence", "````\n```\n# x\n````\n"],
    ["a list item", "- a\n\n  # x\n"],
    ["a quote", "> # x\n"],
    ["HTML", "<div>\n# x\n</div>\n"],
    ["a quote of HTML", "<blockquote><h2>x</h2></blockquote>\n"],
    ["a table", "| a |\n|---|\n| # x |\n"],
    ["indented code", "a\n\n    # x\n"],
  ])("does not split in %s", (_, source) => {
    expect(readDocument(source, "markdown").sections).toHaveLength(1);
  });
});

describe("headings of HTML in Markdown", () => {
  it("are headings of the page, as they are on the site", () => {
    const source =
      '<h1 align="center">A <img src="l.png"></h1>\n\nb\n\n<div>\n<p>c</p>\n<h2 id="d">D</h2>\n<p>e</p>\n</div>\n';
    const { title, sections } = readDocument(source, "markdown");
    expect(title).toBe("A");
    expect(sections.map(({ anchor, text }) => [anchor, text])).toEqual([
      ["", "b\nc"],
      ["d", "e"],
    ]);
  });
});

describe("anchors", () => {
  it.each([
    [
      "GitHub's slugs",
      "## What's `new` in 2.0?\n## Größe & Maß\n## 使い方\n",
      ["whats-new-in-20", "größe--maß", "使い方"],
    ],
    ["duplicates", "## A\n## A\n## A-1\n", ["a", "a-1", "a-1-1"]],
    ["ids in braces", "## A {#x}\n## B {#y .c}\n## C {: #z}\nD {#w}\n---\n", ["x", "y", "z", "w"]],
    ["an id that is there twice", "## A {#x}\n## B {#x}\n", ["x", "x-1"]],
    ["an id on the line below", "## A\n{: #x}\n", ["x"]],
    [
      "anchors of HTML before and in a heading",
      '<a name="x"></a>\n\n## A\n\n## <a id="y"></a>B\n',
      ["x", "y"],
    ],
    ["an anchor that text separates from the heading", '<a name="x"></a>\n\ntext\n\n## A\n', ["a"]],
    ["a heading with no letters", "## ?\n", ["section"]],
  ])("are %s", (_, source, expected) => {
    expect(
      anchors(source)
        .slice(1)
        .map(([anchor]) => anchor),
    ).toEqual(expected);
  });

  it("do not show the id in the heading", () => {
    expect(markdownOf("## A {#x}\n\nB {#y .z}\n---\n")).toBe("## A\n\nB\n---\n");
    expect(anchors("## A {#x}\n")[1]).toEqual(["x", "A"]);
  });
});

describe("Markdown in the wild", () => {
  it.each([
    [
      "as it is written",
      "* a\n+ b\n\n_x_ __y__\n\n***\n\n1) c\n",
      "* a\n+ b\n\n_x_ __y__\n\n***\n\n1) c\n",
    ],
    ["with one blank line between blocks", "\n\na\n\n\n\nb\n\n\n", "a\n\nb\n"],
    ["without comments", "a <!-- x --> b\n\n<!--\ny\n\n# z\n-->\n\nc\n", "a  b\n\nc\n"],
    [
      "with the targets of references",
      "[a][b] [B] ![c][b] [d]\n\n[b]: /x (t)\n",
      '[a](/x "t") [B](/x "t") ![c](/x "t") [d]\n',
    ],
    [
      "with inline HTML as Markdown",
      'a<br>b <code>c|d</code> <a href="/x y">e</a> <img src=f alt=g> <u>h</u>\n',
      "a\\\nb `c|d` [e](</x y>) ![g](f) h\n",
    ],
    [
      "with HTML in a cell",
      "| a |\n|---|\n| b<br>c <code>d\\|e</code> |\n",
      "| a |\n|---|\n| b c `d\\|e` |\n",
    ],
    ["with blocks of HTML in a quote", "> <ul>\n> <li>a\n> <li>b\n> </ul>\n", "> - a\n> - b\n"],
    ["without script", "a\n\n<script>\nx\n\ny\n</script>\n\nb\n", "a\n\nb\n"],
    [
      "without hidden parts in a line",
      'a <span hidden>x *y* <span>z</span></span>b <i style="display:none">c\n',
      "a b \n".trimEnd() + "\n",
    ],
    [
      "without hidden parts over blocks",
      "<div hidden>\n\nx\n\n<div>\n\ny\n\n</div>\n\n</div>\n\nb\n",
      "b\n",
    ],
    [
      "without hidden parts in a quote",
      "> <div hidden>\n>\n> x\n>\n> </div>\n>\n> b\n",
      "> \n>\n> b\n",
    ],
    [
      "with indented code that stays code",
      "- a\n\n<!-- x -->\n\n    b\n      c\n",
      "- a\n\n```\nb\n  c\n```\n",
    ],
    ["without invisible characters", "a\u200bb\u202e\u0000c\r\nd\n", "abc\nd\n"],
    ["without the bytes of pictures", "![a](data:image/png;base64,AAAA) b\n", "a b\n"],
  ])("is kept %s", (_, source, markdown) => {
    expect(markdownOf(source)).toBe(markdown);
  });

  it.each([
    ["entities that hide", "a&#8203;b &amp; c\n", "ab & c"],
    ["soft breaks", "a\nb  \nc\\\nd\n", "a b c d"],
    ["footnotes", "a[^1]\n\n[^1]: b\n", "a\nb"],
    ["tables", "| a | b |\n|---|---|\n| `c` | [d](e) |\n", "a b\nc d"],
    ["alerts", "> [!TIP]\n> a\n", "TIP: a"],
    ["definition lists", "A\n: b\n: c\n", "A b c"],
    ["task lists", "- [x] a\n- [ ] b\n", "a\nb"],
  ])("is read as text: %s", (_, source, text) => {
    expect(textOf(source)).toBe(text);
  });

  it("gives links in order, bare ones too, and no pictures", () => {
    const { links } = readDocument(
      '[a](/a) <https://b.example/> see https://c.example/x. ![d](/d) [e][] <a href="/f">f</a>\n\n[e]: /e\n',
      "markdown",
    );
    expect(links).toEqual(["/a", "https://b.example/", "https://c.example/x", "/e", "/f"]);
  });

  it("does not let references multiply the page", () => {
    const source = `${"[a]\n\n".repeat(3000)}[a]: /${"x".repeat(5000)}\n`;
    expect(markdownOf(source).length).toBeLessThan(3 * source.length);
  });
});

describe("MDX", () => {
  it("falls back to Markdown when it is not well formed", () => {
    const source = "import A from 'a'\n\n# T\n\nif a < b then {\n\n<A>text\n";
    const { markdown } = readDocument(source, "mdx");
    expect(markdown).toBe("# T\n\nif a < b then {\n\ntext\n");
  });

  it("takes the indent of a component off its content", () => {
    const source = "<A>\n  <B>\n    text\n\n    ```\n    a\n      b\n    ```\n  </B>\n</A>\n";
    expect(readDocument(source, "mdx").markdown).toBe("text\n\n```\na\n  b\n```\n");
  });
});

describe("front matter and head", () => {
  it("names language and description", () => {
    const markdown = readDocument(
      "---\nlanguage: PT-br\ndescription: ' a\n  b '\n---\n",
      "markdown",
    );
    expect(markdown).toMatchObject({ language: "PT-br", description: "a b", title: undefined });
  });

  it("takes a number as a title, and no other value", () => {
    expect(readDocument("---\ntitle: 404\n---\n", "markdown").title).toBe("404");
    expect(readDocument("---\ntitle: [a]\n---\n# B\n", "markdown").title).toBe("B");
  });

  it("refuses a depth that is no depth", () => {
    expect(() => readDocument("", "markdown", { maxDepth: 0 })).toThrow(RangeError);
    expect(() => readDocument("", "markdown", { maxDepth: 501 })).toThrow(RangeError);
  });
});

describe("placePage", () => {
  const place = { id: "guide/a", url: "/guide/a/", aliases: ["/b/"], language: "en", path: "a.md" };

  it("gives sections their ids and URLs", () => {
    const page = placePage(readDocument("# A\n\n## Größe {#größe}\n", "markdown"), place);
    expect(page.title).toBe("A");
    expect(page.sections.map(({ id, url }) => [id, url])).toEqual([
      ["guide/a", "/guide/a/"],
      ["guide/a#größe", "/guide/a/#gr%C3%B6%C3%9Fe"],
    ]);
    expect(page).toMatchObject({ aliases: ["/b/"], language: "en", path: "a.md" });
    expect("description" in page).toBe(false);
  });

  it("falls back on the title of the place, then on the id", () => {
    const document = readDocument("## A\n", "markdown");
    const named = placePage(document, { ...place, title: "Guide" });
    expect(named.sections.map(({ headingPath }) => headingPath)).toEqual([
      ["Guide"],
      ["Guide", "A"],
    ]);
    expect(named.sections[0]?.title).toBe("Guide");
    expect(placePage(document, place).title).toBe("guide/a");
  });
});
