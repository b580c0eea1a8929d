import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { document, indexOf } from "./support.ts";

const snippetOf = (fields: Parameters<typeof document>[1], query: string, snippetChars = 240) =>
  indexOf([document("it", fields)]).search(query, { snippetChars }).hits[0]?.snippet;

describe("a snippet", () => {
  it("shows the stretch with the most of the query", () => {
    const text = `The limit is named here. ${"Other words follow. ".repeat(40)}The rate limit of the API is 5 a week. ${"More words. ".repeat(40)}`;
    const snippet = snippetOf({ text }, "API rate limit", 120)!;
    expect(snippet.text).toContain("rate limit of the API");
    expect(snippet.text.length).toBeLessThanOrEqual(120);
    expect(snippet.cutBefore).toBe(true);
    expect(snippet.cutAfter).toBe(true);
    const shown = snippet.matches.map(([start, end]) => snippet.text.slice(start, end));
    expect(shown).toEqual(["rate", "limit", "API"]);
  });

  it("keeps punctuation and takes white space for one space", () => {
    const snippet = snippetOf({ text: "Call  `foo(bar)`,\n\tthen (if needed) quit!" }, "foo")!;
    expect(snippet.text).toBe("Call `foo(bar)`, then (if needed) quit!");
    expect([snippet.cutBefore, snippet.cutAfter]).toEqual([false, false]);
  });

  it("comes from the code when only that matches, else from the beginning", () => {
    const fields = { title: "Title", text: "Some prose.", code: "const x = listen(443);" };
    expect(snippetOf(fields, "listen")?.text).toBe("const x = listen(443);");
    expect(snippetOf(fields, "title")?.text).toBe("Some prose.");
    expect(snippetOf({ title: "Only a title" }, "title")?.text).toBe("Only a title");
  });

  it("can be left out", () => {
    expect(snippetOf({ text: "word" }, "word", 0)?.text).toBe("");
    expect(() => snippetOf({ text: "word" }, "word", -1)).toThrow(RangeError);
  });

  it("cuts a token that is too long where a character ends", () => {
    expect(snippetOf({ text: "e\u0301e\u0301e\u0301e\u0301" }, "éééé", 3)?.text).toBe("e\u0301");
  });

  it("holds its bounds for any text", () => {
    const unit = fc.constantFrom(
      "word",
      "listen",
      " ",
      ", ",
      "証",
      "明",
      "é",
      "\u{1f600}",
      "-",
      ".",
    );
    const text = fc.array(unit, { maxLength: 120 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 80 }), (given, most) => {
        const snippet = snippetOf({ text: given }, "listen 証明", most);
        if (!snippet) return;
        expect(snippet.text.length).toBeLessThanOrEqual(most);
        expect(snippet.text).not.toMatch(/\p{Surrogate}/u);
        const plain = given.replace(/\s+/g, " ");
        expect(plain).toContain(snippet.text);
        let last = 0;
        for (const [start, end] of snippet.matches) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(snippet.text.length);
      }),
    );
  });
});

describe("any query", () => {
  const index = indexOf([
    document("a", { title: "One", text: "Some words of prose, with flatMap and 証明書 in them." }),
    document("b", { language: "de", text: "Einige Wörter, und noch mehr davon." }),
  ]);

  it("is answered", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (query) => {
        const { hits, confidence } = index.search(query);
        expect(hits.length).toBeLessThanOrEqual(2);
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
      }),
    );
  });

  it.each([
    ["words without end", "prose ".repeat(1_000_000)],
    ["different words", Array.from({ length: 200_000 }, (_, i) => `w${i}`).join(" ")],
    ["one word", "x".repeat(5_000_000)],
    ["pairs", "証明".repeat(500_000)],
    ["dots", "a.".repeat(500_000)],
  ])("of any length is cut to its bound: %s", (_name, query) => {
    expect(index.search(query)).toEqual(index.search(query.slice(0, 4000)));
    for (const { score } of index.search(query).hits) expect(score).toBeGreaterThan(0);
  });
});
