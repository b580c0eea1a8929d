import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf, contentOf } from "../../../src/search/file/sections.ts";
import { IndexBuilder } from "../../../src/search/index-builder.ts";
import { document, MemoryScratch } from "../support.ts";

const WORDS = [
  "server",
  "flatMap",
  "renewal",
  "証明書",
  "certificate",
  "rate-limit",
  "node.js",
  "x",
];
const word = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.nat(30).map((number) => `word${number}`),
);
const text = fc.array(word, { maxLength: 20 }).map((words) => words.join(" "));
const sections = fc.array(
  fc.record({
    title: text,
    text,
    code: text,
    language: fc.constantFrom("en", "de", "ja", ""),
    section: fc.constantFrom("guide", "guide/a", "api"),
    translationKey: fc.constantFrom("", "a", "b"),
    version: fc.constantFrom("1", "2"),
    stored: fc.uint8Array({ maxLength: 40 }),
  }),
  { maxLength: 40, size: "max" },
);
type Sections = typeof sections extends fc.Arbitrary<infer T> ? T : never;

/** @param heldPostingBytes what may be held before it is put away; undefined for all of it. */
function build(given: Sections, heldPostingBytes?: number): { file: Uint8Array; kept: number } {
  const scratch = new MemoryScratch();
  const builder = new IndexBuilder(
    heldPostingBytes === undefined ? {} : { scratch, heldPostingBytes },
  );
  for (const [number, fields] of given.entries()) {
    builder.add(document(`page-${number >> 1}#${number}`, fields));
    if (number % 3 === 0) builder.addGroup({ id: `page-${number}`, stored: fields.stored });
  }
  const metadata = Uint8Array.of(1, 2, 3);
  const content = builder.finishFile(contentOf(metadata));
  const file = bytesOf(content);
  // Whoever writes it may begin again.
  expect(Buffer.compare(bytesOf(content), file)).toBe(0);
  return { file, kept: scratch.length };
}

describe("an index built with a scratch", () => {
  it("is byte for byte the one that is built in memory, however often postings are put away", () => {
    fc.assert(
      fc.property(sections, fc.constantFrom(1, 300, 2000), (given, heldPostingBytes) => {
        const { file } = build(given);
        expect(Buffer.compare(build(given, heldPostingBytes).file, file)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it("puts text, stored bytes and postings away as it grows", () => {
    const many = Array.from({ length: 3000 }, (_, number): Sections[number] => ({
      title: `word${number % 50}`,
      text: WORDS.concat(`word${number % 70}`, `only${number}`).join(" "),
      code: "",
      language: "en",
      section: "guide",
      translationKey: "",
      version: "1",
      stored: new Uint8Array(300),
    }));
    const { file, kept } = build(many, 100_000);
    expect(Buffer.compare(build(many).file, file)).toBe(0);
    // Stored bytes alone are 900,000, of which less than a page is held.
    expect(kept).toBeGreaterThan(900_000);
  });
});
