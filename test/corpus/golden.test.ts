import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ReadDocument } from "../../src/corpus/read-document.ts";
import { type FileKind, readFile } from "../../src/corpus/read-file.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");

/** The document in a form that a person can check line by line. */
function print(document: ReadDocument): string {
  const { sections, markdown: _, ...head } = document;
  const parts = sections.map((section) =>
    [
      `=== ${section.level} #${section.anchor} ${JSON.stringify(section.headingPath)}`,
      section.markdown,
      `--- text\n${section.text}`,
      `--- code\n${section.code}`,
    ].join("\n"),
  );
  return `${JSON.stringify(head, undefined, 2)}\n${parts.join("\n")}\n`;
}

const pages: readonly (readonly [file: string, kind: FileKind])[] = [
  ["greenhouse.md", "markdown"],
  ["tickets.mdx", "mdx"],
  ["pump-control.html", "html"],
  ["press.adoc", "asciidoc"],
  ["tides.rst", "rst"],
  ["bees.ipynb", "notebook"],
  ["library.openapi.yaml", "openapi"],
];

describe("golden files", () => {
  it.each(pages)("%s is read as it was when a person last checked it", async (file, kind) => {
    const document = await readFile(readFileSync(join(FIXTURES, file)), kind);
    await expect(print(document)).toMatchFileSnapshot(join(FIXTURES, `${file}.golden.txt`));
  });

  it.each(pages)("%s is the sum of its sections", async (file, kind) => {
    const document = await readFile(readFileSync(join(FIXTURES, file)), kind);
    expect(document.sections.map((section) => section.markdown).join("")).toBe(document.markdown);
  });
});
