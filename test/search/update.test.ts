import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IndexDocument } from "../../src/search/index-document.ts";
import { SearchIndex } from "../../src/search/search-index.ts";
import type { SearchResult } from "../../src/search/search-options.ts";
import { buildFile, document, indexOf } from "./support.ts";

const WORDS = ["server", "flatMap", "renewal", "証明書", "certificate", "rate-limit", "node.js"];
const QUERIES = ["server renewal", "flat map", "証明", "certifcate", "nodejs limit", "the server"];

const text = fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }).map((words) => words.join(" "));
const page = fc.record({
  id: fc.integer({ min: 0, max: 11 }).map((number) => `page-${number}`),
  sections: fc.array(fc.record({ title: text, text, code: text }), { minLength: 1, maxLength: 3 }),
  language: fc.constantFrom("en", "de", "ja"),
});
const pages = fc.uniqueArray(page, { maxLength: 12, selector: ({ id }) => id });
type Page = typeof page extends fc.Arbitrary<infer T> ? T : never;

const documentsOf = ({ id, sections, language }: Page): IndexDocument[] =>
  sections.map((fields, number) =>
    document(`${id}#${number}`, { ...fields, language, translationKey: `${id.length}` }),
  );

/** Everything that is promised; `total` is a lower bound that skipping may move. */
function answersOf(index: SearchIndex): Omit<SearchResult, "total">[] {
  return QUERIES.flatMap((query) =>
    ["", "de"].map((language) => {
      const { total: _total, ...rest } = index.search(query, { language });
      return rest;
    }),
  );
}

describe("update", () => {
  it("equals building anew", () => {
    const steps = fc.array(
      fc.tuple(
        pages,
        fc.array(
          page.map(({ id }) => id),
          { maxLength: 4 },
        ),
      ),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(pages, steps, (first, changes) => {
        let current = first;
        let index = indexOf(first.flatMap(documentsOf));
        for (const [changed, removed] of changes) {
          const gone = new Set([...removed, ...changed.map(({ id }) => id)]);
          current = [...current.filter(({ id }) => !gone.has(id)), ...changed];
          index = index.update({ remove: [...gone], documents: changed.flatMap(documentsOf) });
        }
        const rebuilt = indexOf(current.flatMap(documentsOf));
        expect(index.documentCount).toBe(rebuilt.documentCount);
        expect(answersOf(index)).toEqual(answersOf(rebuilt));
        const reopened = SearchIndex.open(index.toBytes());
        expect(reopened.revision).toBe(index.revision);
        expect(answersOf(reopened)).toEqual(answersOf(rebuilt));
      }),
      { numRuns: 60 },
    );
  });

  it("leaves the index before it as it was", () => {
    const before = indexOf([
      document("a", { text: "old words" }),
      document("b", { text: "words" }),
    ]);
    const answers = answersOf(before);
    const after = before.update({ remove: ["a"], documents: [document("a", { text: "new" })] });
    expect(answersOf(before)).toEqual(answers);
    expect(before.search("old").hits.map(({ id }) => id)).toEqual(["a"]);
    expect(after.search("old").hits).toEqual([]);
    expect(after.search("new").hits.map(({ id }) => id)).toEqual(["a"]);
    expect(after.revision).not.toBe(before.revision);
  });

  it("changes what is stored", () => {
    const file = buildFile([document("a"), document("b")], { groups: ["a", "b"], metadata: "old" });
    const encode = (value: string): Uint8Array => new TextEncoder().encode(value);
    const index = SearchIndex.open(file).update({
      remove: ["a", "none"],
      documents: [document("a", { stored: encode("new") })],
      groups: [{ id: "a", stored: encode("new page") }],
      metadata: encode("new metadata"),
    });
    const decode = (bytes?: Uint8Array): string => new TextDecoder().decode(bytes);
    expect(decode(index.storedDocument("a"))).toBe("new");
    expect(decode(index.storedGroup("a"))).toBe("new page");
    expect(decode(index.storedGroup("b"))).toBe("b");
    expect(decode(index.metadata)).toBe("new metadata");
    expect(index.groupIds()).toEqual(["b", "a"]);
    expect(index.groupCount).toBe(2);
  });

  it("refuses what is there already", () => {
    const index = indexOf([document("a#1")]);
    expect(() => index.update({ documents: [document("a#2")] })).toThrow(RangeError);
    expect(() => index.update({ documents: [document("a#1", { group: "b" })] })).toThrow(
      RangeError,
    );
  });

  it("can take everything away", () => {
    const index = indexOf([document("a", { text: "word" })]).update({ remove: ["a"] });
    expect(index.documentCount).toBe(0);
    expect(SearchIndex.open(index.toBytes()).search("word").hits).toEqual([]);
  });

  it("reads the bytes it was given, as other readers of them and indexes updated from it do", () => {
    const file = buildFile(
      Array.from({ length: 9 }, (_, i) => document(`page-${i}`, { text: `common word${i}` })),
    );
    const shared = new Uint8Array(new SharedArrayBuffer(file.length));
    shared.set(file);
    const index = SearchIndex.open(shared);
    const updated = index.update({
      remove: ["page-0"],
      documents: [document("page-0", { text: "common changed" })],
    });
    for (const reader of [index, SearchIndex.open(shared), updated]) {
      expect(reader.search("word3").hits[0]?.id).toBe("page-3");
      expect(reader.storedDocument("page-3")?.buffer).toBe(shared.buffer);
    }
    expect(updated.storedDocument("page-0")?.buffer).not.toBe(shared.buffer);
  });

  it("keeps segments few over many updates", () => {
    let index = indexOf([document("start", { text: "common" })]);
    for (let i = 0; i < 100; i++) {
      index = index.update({ documents: [document(`page-${i}`, { text: `common word${i}` })] });
    }
    expect(index.search("common", { limit: 100 }).total).toBe(101);
    // A segment costs a kilobyte or two of its own; a hundred of them would show.
    expect(index.toBytes().length).toBeLessThan(60_000);
  });
});
