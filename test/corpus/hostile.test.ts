import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DocumentKind,
  type ReadDocument,
  readDocument,
} from "../../src/corpus/read-document.ts";
import { DocportError } from "../../src/lib/errors.ts";

const CHARS = 12_000;
const fill = (part: string): string => part.repeat(Math.ceil(CHARS / part.length));
const many = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join("");

/** The document, or undefined when it was refused in the one way that is allowed. */
function readOrRefuse(source: string, kind: DocumentKind): ReadDocument | undefined {
  try {
    return readDocument(source, kind);
  } catch (error) {
    if (error instanceof DocportError && error.code === "ERR_PAGE_UNREADABLE") return undefined;
    throw error;
  }
}

// oxlint-disable-next-line no-control-regex -- controls are what must be gone
const INVISIBLE = /[\u0000\r\u200b\u202e]/;
const KINDS: readonly DocumentKind[] = ["markdown", "mdx", "html"];

describe("nesting", () => {
  const deep: readonly (readonly [string, string, DocumentKind])[] = [
    ["quotes", `${fill("> ")}x`, "markdown"],
    ["quotes without spaces", `${fill(">")}x`, "markdown"],
    ["list items", `${fill("- ")}x`, "markdown"],
    ["numbered items", `${fill("1. ")}x`, "markdown"],
    ["quotes and lists in turn", `${fill("> - ")}x`, "markdown"],
    ["lists by indentation", many(300, (level) => `${"  ".repeat(level)}- x\n`), "markdown"],
    [
      "emphasis",
      `${many(300, (level) => (level % 2 ? "_x " : "*x "))}y${many(300, (level) => (level % 2 ? "*" : "_"))}`,
      "markdown",
    ],
    ["elements in Markdown", fill("<div>"), "markdown"],
  ];

  it.each(deep)("of %s is refused in one sentence", (_, source, kind) => {
    const attempt = (): unknown => readDocument(source, kind);
    expect(attempt).toThrow(DocportError);
    expect(attempt).toThrow(/nested deeper than 100 levels/);
  });

  it.each(deep)("of %s is fine below the bound", (_, source, kind) => {
    const shallow = source.slice(0, 60);
    expect(readOrRefuse(shallow, kind)).toBeDefined();
  });

  it.each(["<div>", "<ul><li>", "<table><tr><td>", "<b a=1><i>"])(
    "of %s in a page is refused at twice the bound",
    (part) => {
      const attempt = (): unknown => readDocument(fill(part), "html");
      expect(attempt).toThrow(/nested deeper than 200 levels/);
    },
  );

  it("of components ends without using up the stack", () => {
    readOrRefuse(`${fill("<A>")}x${fill("</A>")}`, "mdx");
    expect(() => readDocument(`${"<A>\n\n".repeat(150)}x${"\n\n</A>".repeat(150)}`, "mdx")).toThrow(
      /nested deeper than 100 levels/,
    );
  });

  it("is counted by what nests, not by what is long", () => {
    const rules = `${fill("* ")}\n\n> ${fill("- ")}\n\n${fill("-")}\n\n${" ".repeat(CHARS)}x\n`;
    expect(readDocument(rules, "markdown").markdown).not.toBe("");
    expect(
      readDocument(
        many(1000, () => "- x\n"),
        "markdown",
      ).sections,
    ).toHaveLength(1);
  });

  it("obeys the caller's bound", () => {
    const source = "> > > > x\n";
    expect(() => readDocument(source, "markdown", { maxDepth: 3 })).toThrow(/deeper than 3 levels/);
    expect(readDocument(source, "markdown", { maxDepth: 10 }).sections[0]?.text).toBe("x");
  });
});

describe("work out of proportion", () => {
  it.each([
    ["brackets that close nothing", "x ".repeat(20_000) + "]".repeat(20_000)],
    ["stars that close nothing", fill("a* ").repeat(10)],
    ["backticks of every length", many(700, (length) => `${"`".repeat(length + 1)} `)],
    ["comments that never end", fill("a <!-- ").repeat(10)],
    ["references", fill("[a] ").repeat(10)],
    ["underlines", fill("a\n=\n").repeat(4)],
  ])("by %s is refused in one sentence", (_, source) => {
    const attempt = (): unknown => readDocument(source, "markdown");
    expect(attempt).toThrow(/brackets, stars, backticks or tags/);
  });

  it("by formatting that is reopened in every paragraph is refused", () => {
    const source = `<p>${many(150, (index) => `<b a${index}>`)}${"<p>x".repeat(5000)}`;
    expect(() => readDocument(source, "html")).toThrow(
      /more elements than the page has characters/,
    );
  });

  it("is not what dense pages of real documentation are", () => {
    const links = many(
      400,
      (index) => `[link *${index}*](https://x.example/a_${index}) \`c_${index}\` `,
    );
    const rows = many(600, (index) => `| [a](b) | \`c|d\` | **${index}** | e_f_g |\n`);
    const page = `${links}\n\n| a | b | c | d |\n|---|---|---|---|\n${rows}\n${many(300, () => "a\n---\n\n")}`;
    expect(readDocument(page, "markdown").sections).toHaveLength(301);
  });
});

describe("anything at all", () => {
  const pieces = [
    "[",
    "]",
    "](",
    ")",
    "![",
    "[a]",
    "[^a]",
    "[^a]: x\n",
    "[a]: /b\n",
    "<",
    ">",
    "<a ",
    "<a href=b>",
    "</a>",
    "<!-- ",
    "-->",
    "<![CDATA[",
    "<?x",
    "<div>",
    "</div>",
    "<div hidden>",
    "<script>",
    "</script>",
    "<b>",
    "<i x=y>",
    "<p>",
    "<table>",
    "<tr><td>",
    "<li>",
    "<ul>",
    "<pre>",
    "<select>",
    "<code>",
    "<br>",
    "<img src=a>",
    "*",
    "**",
    "_",
    "~~",
    "`",
    "```\n",
    "~~~\n",
    "{{< ",
    "{{% x %}}",
    "{{< x >}}",
    "{{< /x >}}",
    "{{< highlight >}}",
    "{{< /highlight >}}",
    "{{</* ",
    "{",
    "}",
    "{#a}",
    "{: .b}\n",
    ":::",
    ":::note\n",
    "!!! note\n",
    "    ",
    "\t",
    "> ",
    "- ",
    "1. ",
    "# ",
    "\n",
    "\n\n",
    "---\n",
    "===\n",
    "| ",
    "|-|\n",
    "|a|b|\n",
    "\\",
    "&#0;",
    "&#8203;",
    "&lt;",
    "\u200b",
    "\u202e",
    "\ud800",
    "\u0000",
    "\r",
    "import a from 'b'\n",
    "export const a = {\n",
    "<A b={",
    "<>",
    "</>",
    "a",
    " ",
    "é",
    "使",
    "\u{1f469}\u200d\u{1f680}",
  ];
  const source = fc
    .array(fc.constantFrom(...pieces), { maxLength: 60 })
    .map((parts) => parts.join(""));

  it.each(KINDS)(
    "is read as %s or refused, in slices that join, with nothing invisible",
    (kind) => {
      fc.assert(
        fc.property(source, (sample) => {
          const document = readOrRefuse(sample, kind);
          if (!document) return;
          const { markdown, sections } = document;
          expect(sections.map((section) => section.markdown).join("")).toBe(markdown);
          expect(markdown).not.toMatch(INVISIBLE);
          for (const { text, code, title } of sections) {
            expect(`${title}${text}${code}`).not.toMatch(INVISIBLE);
          }
          expect(new Set(sections.map((section) => section.anchor)).size).toBe(sections.length);
        }),
        { numRuns: 200 },
      );
    },
  );

  it.each(KINDS)("repeated many times is read as %s or refused, and does not grow", (kind) => {
    for (const piece of pieces) {
      const document = readOrRefuse(piece.repeat(Math.ceil(2000 / piece.length)), kind);
      expect([piece, (document?.markdown.length ?? 0) < 12_000]).toEqual([piece, true]);
    }
  });
});
