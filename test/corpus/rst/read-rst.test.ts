import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documentOf, type ReadDocument } from "../../../src/corpus/read-document.ts";
import { readRst } from "../../../src/corpus/rst/read-rst.ts";
import { DocportError } from "../../../src/lib/errors.ts";

const read = (text: string): ReadDocument => documentOf(readRst(text, 100));
const markdownOf = (text: string): string => read(text).markdown.trimEnd();

describe("inline markup", () => {
  it.each([
    ["*a* **b** ``c *d*``", "*a* **b** `c *d*`"],
    ["`text <https://x.org/>`_ and :ref:`Title <label>`", "[text](https://x.org/) and Title"],
    [":py:func:`~os.path.join` :meth:`!run` :class:`A`", "`os.path.join()` `run()` `A`"],
    ["`x`:code: :rfc:`8555` :pep:`8`", "`x` RFC 8555 PEP 8"],
    ["2 * 3 * 4 and a*b*c", "2 \\* 3 \\* 4 and a\\*b\\*c"],
    ["re\\ ``st`` \\*no\\*", "re`st` \\*no\\*"],
    [
      "Docs_ and `the docs`_\n\n.. _docs: https://d.org\n.. _the docs: https://t.org",
      "[Docs](https://d.org) and [the docs](https://t.org)",
    ],
    ["snake_case_name and trailing_", "snake_case_name and trailing\\_"],
    [":unknown:`kept` |nothing| [CIT2002]_", "kept |nothing| \\[CIT2002]"],
  ])("%s", (source, expected) => {
    expect(markdownOf(source)).toBe(expected);
  });
});

describe("structure", () => {
  it("takes levels from the order of the styles, and anchors from labels", () => {
    const source = "=====\nTitle\n=====\n\nAa\n--\n\n.. _my-label:\n\nB c\n~~~\n\nDd\n--\n";
    expect(read(source).sections.map(({ level, anchor }) => [level, anchor])).toEqual([
      [0, ""],
      [2, "aa"],
      [3, "my-label"],
      [2, "dd"],
    ]);
  });

  it("gives Python objects Sphinx's anchors, methods below their class", () => {
    const source =
      ".. module:: m\n\nT\n=\n\n.. class:: C(x)\n\n   Words.\n\n   .. method:: run()\n\n      More.\n\n.. function:: f()\n";
    expect(read(source).sections.map(({ level, anchor }) => [level, anchor])).toEqual([
      [0, ""],
      [2, "m.C"],
      [3, "m.C.run"],
      [2, "m.f"],
    ]);
  });

  it("reads no other file", () => {
    expect(
      markdownOf(
        ".. include:: /etc/passwd\n\n.. literalinclude:: /etc/passwd\n\n.. raw:: html\n   :file: /etc/passwd\n\nx",
      ),
    ).toBe("x");
  });
});

const word = fc.stringMatching(/^[a-z]{3,8}$/);
const words = fc.array(word, { minLength: 1, maxLength: 6 }).map((all) => all.join(" "));
const inline = fc.oneof(
  words,
  words.map((text) => `*${text}*`),
  words.map((text) => `**${text}**`),
  words.map((text) => `\`\`${text}\`\``),
  words.map((text) => `:term:\`${text}\``),
  words.map((text) => `\`${text} <https://example.org>\`_`),
  words.map((text) => `\`${text}`),
  words.map((text) => `*${text}`),
  words.map((text) => `|${text}|`),
);
const prose = fc.array(inline, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(" "));
const indent = (text: string, by: string): string => text.replaceAll(/^(?=.)/gm, by);
const { block } = fc.letrec<{ block: string; inner: string }>((tie) => ({
  inner: tie("block"),
  block: fc.oneof(
    { maxDepth: 3, depthIdentifier: "rst" },
    prose,
    fc
      .tuple(words, fc.constantFrom("=", "-", "~"))
      .map(([text, mark]) => `${text}\n${mark.repeat(text.length)}`),
    tie("inner").map((text) => `- ${indent(text, "  ").trimStart()}`),
    tie("inner").map((text) => `#. ${indent(text, "   ").trimStart()}`),
    tie("inner").map((text) => indent(text, "    ")),
    fc
      .tuple(word, tie("inner"))
      .map(([name, text]) => `:${name}: ${indent(text, "   ").trimStart()}`),
    fc.tuple(words, tie("inner")).map(([term, text]) => `${term}\n${indent(text, "   ")}`),
    fc
      .tuple(fc.constantFrom("note", "warning", "function", "made-up", "class"), word, tie("inner"))
      .map(([name, argument, text]) => `.. ${name}:: ${argument}\n\n${indent(text, "   ")}`),
    words.map((text) => `${text}::\n\n   ${text}`),
    fc
      .tuple(word, word, word, word)
      .map(
        ([a, b, c, d]) =>
          `======== ========\n${a.padEnd(8)} ${b}\n======== ========\n${c.padEnd(8)} ${d}\n======== ========`,
      ),
    fc
      .tuple(word, word)
      .map(
        ([a, b]) =>
          `+----------+----------+\n| ${a.padEnd(8)} | ${b.padEnd(8)} |\n+----------+----------+`,
      ),
    words.map((text) => `| ${text}\n| ${text}`),
  ),
}));

/** True when it was read, or refused in the one way that is allowed. */
function readOrRefuse(source: string): boolean {
  try {
    return read(source).sections.length > 0;
  } catch (error) {
    if (error instanceof DocportError) return true;
    throw error;
  }
}

describe("any document", () => {
  it("keeps every word of its prose, and is the sum of its sections", () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 6 }), (blocks) => {
        const source = blocks.join("\n\n");
        const { markdown, sections } = read(source);
        expect(sections.map((section) => section.markdown).join("")).toBe(markdown);
        // A letter beside emphasis is written as a reference, so that the emphasis can be told.
        const plain = markdown.replaceAll(/&#x([0-9A-F]+);/g, (_, hex: string) =>
          String.fromCodePoint(Number.parseInt(hex, 16)),
        );
        const have = new Set(plain.match(/[a-z]{3,}/g));
        const markup = /\.\. [a-z-]+::|:term:|https:\/\/example\.org/g;
        const expected = source.replaceAll(markup, "").match(/[a-z]{3,}/g) ?? [];
        expect(expected.filter((one) => !have.has(one))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it("that is hostile is read, or refused in one sentence, soon", () => {
    const parts = [
      "`",
      "``",
      "*",
      "**",
      "|a",
      "[a]_",
      ":a:`",
      "a_",
      "\\",
      "`a <",
      "- ",
      "* a\n",
      ".. ",
      ".. a:: ",
      "a\n  ",
      "+-",
      "+--+\n|",
      "= =\n",
      "==\n",
      ":a: ",
      "1. ",
      "__ ",
      ".. _a:\n",
      "| a\n",
      "\t",
      ".. list-table::\n  * -",
      "a::\n\n ",
    ];
    for (const part of parts) {
      const source = part.repeat(Math.ceil(60_000 / part.length));
      expect(readOrRefuse(source)).toBe(true);
    }
  });

  it("that is nested too deeply is refused", () => {
    const deep = Array.from({ length: 300 }, (_, level) => `${" ".repeat(level)}a`).join("\n\n");
    expect(() => read(deep)).toThrow(/nested deeper than 100 levels/);
  });
});
