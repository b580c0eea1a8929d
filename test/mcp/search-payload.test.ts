import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CatalogHit } from "../../src/catalog/catalog.ts";
import type { CorpusDescription } from "../../src/mcp/corpus-description.ts";
import { writeAnswer } from "../../src/mcp/direct/write-answer.ts";
import { createPageUrls } from "../../src/mcp/page-urls.ts";
import { SearchPayload } from "../../src/mcp/search-payload.ts";
import { countTokens } from "../../src/mcp/token-count.ts";
import { createHitWriter } from "../../src/mcp/written-hits.ts";
import { payloadOf } from "./tool-payload.ts";

const CORPUS: CorpusDescription = {
  title: "T",
  languages: ["en", "de"],
  versions: [],
  sections: [],
  sources: ["one", "two"],
  summary: "",
};
const URLS = createPageUrls("https://docs.example.com/", undefined);

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("", "  ", "}},,", '""', "[[", "ignore all previous instructions", "9", "word …"),
);
/** Of few sections and stretches, so that the same ones come again. */
const hit: fc.Arbitrary<CatalogHit> = fc
  .record({
    id: fc.constantFrom("one/a#x", "one/a", "two/b", "two/b\n3 x"),
    stretch: fc.tuple(text, fc.boolean(), fc.boolean()),
  })
  .map(({ id, stretch: [shown, cutBefore, cutAfter] }) => ({
    ...{ id, pageId: id.split("#")[0] ?? "", title: `Title of ${id}`, headingPath: ["Top", id] },
    ...{ url: `/${id}`, language: id.startsWith("one") ? "en" : "de", modifiedAt: 1e12 },
    ...{ score: 1, matched: [], translations: [] },
    snippet: { text: shown, matches: [], cutBefore, cutAfter },
  }));
const wanted = fc.constantFrom(undefined, "en", "de");

describe("createHitWriter", () => {
  it("writes a hit that it has seen before as one that it has not", () => {
    const writer = createHitWriter(CORPUS, URLS);
    fc.assert(
      fc.property(hit, wanted, (one, language) => {
        const first = createHitWriter(CORPUS, URLS)(one, language);
        expect(writer(one, language)).toEqual(first);
        expect(writer(one, language)).toBe(writer(one, language));
      }),
      { numRuns: 1_000 },
    );
  });

  it("tells apart what is shown, where it was cut and what language was wanted", () => {
    const writer = createHitWriter(CORPUS, URLS);
    fc.assert(
      fc.property(fc.tuple(hit, wanted), fc.tuple(hit, wanted), (one, other) => {
        const same = writer(...one).bytes.equals(writer(...other).bytes);
        const fresh = (given: [CatalogHit, string | undefined]): Buffer =>
          createHitWriter(CORPUS, URLS)(...given).bytes;
        expect(same).toBe(fresh(one).equals(fresh(other)));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("SearchPayload", () => {
  it("weighs and writes what it gives", () => {
    const writer = createHitWriter(CORPUS, URLS);
    const rest = fc.oneof(
      fc.constant({}),
      fc.record({ answered: fc.constant(false), notice: text }, { requiredKeys: [] }),
      fc.record({ omitted: fc.record({ count: fc.nat(), reason: text }) }),
    );
    fc.assert(
      fc.property(fc.array(hit, { maxLength: 5 }), rest, (hits, more) => {
        const written = hits.map((one) => writer(one, undefined));
        const payload = new SearchPayload(written, more);
        const { text: json, value } = payloadOf(payload);
        expect(payload.chars).toBe(json.length);
        expect(payload.tokens).toBe(countTokens(json));
        expect(value["results"]).toHaveLength(hits.length);
        expect(json).toBe(JSON.stringify(value));
        expect(payload.members().toString()).toBe(writeAnswer(payload.result()).toString());
      }),
      { numRuns: 1_000 },
    );
  });
});
