import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type DocumentKind,
  type ReadDocument,
  readDocument,
} from "../../src/corpus/read-document.ts";

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

const pages: readonly (readonly [file: string, kind: DocumentKind])[] = [
  ["greenhouse.md", "markdown"],
  ["tickets.mdx", "mdx"],
  ["pump-control.html", "html"],
];

describe("golden files", () => {
  it.each(pages)("%s is read as it was when a person last checked it", async (file, kind) => {
    const document = readDocument(readFileSync(join(FIXTURES, file), "utf8"), kind);
    await expect(print(document)).toMatchFileSnapshot(join(FIXTURES, `${file}.golden.txt`));
  });

  it.each(pages)("%s is the sum of its sections", (file, kind) => {
    const document = readDocument(readFileSync(join(FIXTURES, file), "utf8"), kind);
    expect(document.sections.map((section) => section.markdown).join("")).toBe(document.markdown);
  });
});
