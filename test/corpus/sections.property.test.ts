import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReadDocument, readDocument } from "../../src/corpus/read-document.ts";

/**
 * Blocks with `@` where a word of the text goes and `~` where one goes that must not be shown. The
 * words are numbered afterwards, so that the oracle is one regular expression over the source.
 */
const inline = fc.constantFrom(
  "@",
  "@ @",
  "*@* @",
  "**@** `@`",
  "[@](/x)",
  "![@](/y.png)",
  "@ <!-- ~ --> @",
  "<kbd>@</kbd> @",
  "@<br>@",
  "<span hidden>~ <b>~</b></span>@",
  "~~@~~ <u>@</u>",
  "@ &amp; @",
  "{{< version >}}@",
  "\\*@\\*",
  "<code>@</code>",
  "@ {{% b %}}@{{% /b %}}",
);
const fence = fc.tuple(
  fc.constantFrom("```", "````", "~~~", "`````", "~~~~"),
  fc.constantFrom("", "js", "md {x=1}"),
);
const codeLines = fc.array(
  fc.constantFrom(
    "@",
    "# @",
    "  @ = [`@`](@)",
    "> @",
    "| @ | @ |",
    "",
    "<!-- @ -->",
    "{{< raw >}} @",
    "--- ",
    "- @",
    ":::@",
    "<div>@",
  ),
  { minLength: 1, maxLength: 4 },
);
const fenced = fc
  .tuple(fence, codeLines, fc.option(fc.constantFrom("``", "~~", "```"), { nil: "" }))
  .filter(
    ([[marks], , inner]) => !(inner.startsWith(marks[0] ?? "") && inner.length >= marks.length),
  )
  .map(([[marks, info], lines, inner]) => [`${marks}${info}`, ...lines, inner, marks].join("\n"));
const heading = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), inline, fc.constantFrom("", " {#given}", " #"))
    .map(([level, text, end]) => `${"#".repeat(level)} ${text}${end}`),
  fc.constantFrom("@ @\n===", "@ *@*\n---"),
);
const paragraph = fc.array(inline, { minLength: 1, maxLength: 3 }).map((lines) => lines.join("\n"));
const table = fc
  .array(fc.tuple(inline, inline), { minLength: 1, maxLength: 3 })
  .map((rows) => ["| @ | @ |", "|---|:-:|", ...rows.map(([a, b]) => `| ${a} | ${b} |`)].join("\n"));
const leaf = fc.oneof(paragraph, paragraph, fenced, table);
const indent = (block: string, by: string): string => block.replaceAll("\n", `\n${by}`);
const list = fc
  .array(fc.tuple(leaf, fc.option(fc.oneof(leaf, fc.constant("# @"), fc.constant("- @\n  - @")))), {
    minLength: 1,
    maxLength: 3,
  })
  .map((items) => items.map(([a, b]) => `- ${indent(b ? `${a}\n\n${b}` : a, "  ")}`).join("\n"));
const quote = fc
  .oneof(leaf, list, fc.constant("## @\n\n@"))
  .map((block) => `> ${indent(block, "> ")}`);
const html = fc.constantFrom(
  "<details>\n<summary>@</summary>\n\n@\n\n</details>",
  "<div>\n<p>@ <b>@</b></p>\n<h2>@</h2>\n</div>",
  "<!-- ~\n\n# ~\n-->",
  "<table><tr><td>@</td><td>@</td></tr></table>",
  "<script>\n~\n\n~\n</script>",
  '<div style="display:none">\n\n~ *~*\n\n</div>',
  "<pre><code class=language-js>@ @\n# @</code></pre>",
  '<a id="x"></a>',
  "<ul>\n<li>@</li>\n<li>@\n</ul>",
);
const other = fc.constantFrom(
  "Term@\n: @",
  "text@[^n]\n\n[^n]: @",
  ":::note\n@\n:::",
  "***",
  "    @ # @",
  "{.class}",
  "[@][ref]\n\n[ref]: /~ignored",
  "> [!NOTE]\n> @",
  "{{< highlight js >}}\n# @\n{{< /highlight >}}",
);
const block = fc.oneof(
  { weight: 3, arbitrary: heading },
  paragraph,
  fenced,
  table,
  list,
  quote,
  html,
  other,
);

interface Generated {
  readonly source: string;
  readonly headings: number;
}

const documents = fc.array(block, { maxLength: 12 }).map((blocks): Generated => {
  let count = 0;
  const source = blocks
    .join("\n\n")
    .replaceAll("@", () => `shown${(count += 1)}x`)
    .replaceAll(/(?<![~\\])~(?!~)(?=[ \n*<-]|$)/gm, () => `hidden${(count += 1)}x`);
  const isHeading = (text: string): boolean =>
    /^#{1,6} |<h2>/.test(text) || /\n(?:===|---)$/.test(text);
  return {
    source,
    headings: blocks.filter((text) => isHeading(text) && !text.startsWith("|")).length,
  };
});

const words = (text: string): string[] => text.match(/(?:shown|hidden)\d+x/g) ?? [];
const sorted = (list: readonly string[]): string[] => list.toSorted();

function contentWords(document: ReadDocument): string[] {
  return document.sections.flatMap((section, index) => [
    ...(index === 0 ? [] : words(section.title)),
    ...words(section.text),
    ...words(section.code),
  ]);
}

describe("splitting a page", () => {
  it("cuts the Markdown into slices that are it, byte for byte", () => {
    fc.assert(
      fc.property(documents, ({ source }) => {
        const { markdown, sections } = readDocument(source, "markdown");
        expect(sections.map((section) => section.markdown).join("")).toBe(markdown);
      }),
    );
  });

  it("loses no word that is shown, invents none, and keeps each with the Markdown that holds it", () => {
    fc.assert(
      fc.property(documents, ({ source }) => {
        const document = readDocument(`---\ntitle: T\n---\n${source}`, "markdown");
        const shown = words(source).filter((word) => word.startsWith("shown"));
        expect(sorted(contentWords(document))).toEqual(sorted(shown));
        for (const section of document.sections) {
          const title = section.level === 0 ? "" : section.title;
          const content = words([title, section.text, section.code].join(" "));
          expect(sorted(content)).toEqual(sorted(words(section.markdown)));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("splits at every heading of the page and at no other, with unique anchors", () => {
    fc.assert(
      fc.property(documents, ({ source, headings }) => {
        const { sections } = readDocument(`---\ntitle: T\n---\n${source}`, "markdown");
        expect(sections).toHaveLength(headings + 1);
        expect(new Set(sections.map((section) => section.anchor)).size).toBe(sections.length);
        for (const section of sections) expect(section.headingPath.at(-1)).toBe(section.title);
      }),
    );
  });

  it("reads its own output as the same words in the same sections", () => {
    fc.assert(
      fc.property(documents, ({ source }) => {
        const once = readDocument(source.replaceAll("{{<", "{{"), "markdown");
        const twice = readDocument(once.markdown, "markdown");
        expect(twice.sections.map(({ title, code }) => [title, words(code)])).toEqual(
          once.sections.map(({ title, code }) => [title, words(code)]),
        );
        expect(sorted(contentWords(twice))).toEqual(sorted(contentWords(once)));
      }),
    );
  });
});
