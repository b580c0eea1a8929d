import { describe, expect, it } from "vitest";
import { ParsedDocuments, type ParsedDocumentsOptions } from "../../src/corpus/parsed-documents.ts";
import { readFile } from "../../src/corpus/read-file.ts";

const FILES = Array.from({ length: 30 }, (_, at) =>
  new TextEncoder().encode(
    `---\ntitle: Page ${at}\ndate: 2026-01-0${1 + (at % 9)}\ntags: [a, "b"]\n---\n\nLead ${at}.\n\n## Part\n\n${`Words ${at}. `.repeat(40)}\n\n\`\`\`sh\nrun ${at}\n\`\`\`\n`,
  ),
);

interface Counted {
  readonly documents: ParsedDocuments;
  parsed: number;
}

function counted(options: ParsedDocumentsOptions): Counted {
  const result: Counted = {
    parsed: 0,
    documents: new ParsedDocuments({
      ...options,
      parse(bytes, kind) {
        result.parsed += 1;
        return readFile(bytes, kind);
      },
    }),
  };
  return result;
}

async function readAll({ documents }: Counted): Promise<unknown[]> {
  const read: unknown[] = [];
  for (const file of FILES) read.push((await documents.read(file, "markdown")).document);
  return read;
}

describe("parsed documents", () => {
  it("are parsed once, even when all are read in turn and few of them fit", async () => {
    const some = counted({ maxChars: 3_000, maxPackedBytes: 100_000 });
    const first = await readAll(some);
    expect(some.parsed).toBe(30);
    for (let load = 0; load < 3; load++) expect(await readAll(some)).toEqual(first);
    expect(some.parsed).toBe(30);
  });

  it("are parsed again when there is no room for them at all", async () => {
    const none = counted({ maxChars: 0 });
    const first = await readAll(none);
    expect(await readAll(none)).toEqual(first);
    expect(none.parsed).toBe(60);
  });

  it("are held within a bound: those that are gone make room for those that come", async () => {
    const few = counted({ maxChars: 1, maxPackedBytes: 1_500 });
    const [one, two] = FILES;
    await readAll(few);
    if (!one || !two) throw new Error("there are no files");
    await few.documents.read(one, "markdown");
    await few.documents.read(two, "markdown");
    const before = few.parsed;
    await few.documents.read(one, "markdown");
    await few.documents.read(two, "markdown");
    expect(before).toBe(32);
    expect(few.parsed).toBe(before);
  });

  it("tells documents of one content and several kinds apart", async () => {
    const { documents } = counted({});
    const [file] = FILES;
    if (!file) throw new Error("there are no files");
    const markdown = await documents.read(file, "markdown");
    const html = await documents.read(file, "html");
    expect(markdown.digest).not.toBe(html.digest);
    expect(html.document).not.toEqual(markdown.document);
  });
});
