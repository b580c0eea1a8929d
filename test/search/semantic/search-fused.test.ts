import { describe, expect, it } from "vitest";
import { IndexBuilder } from "../../../src/search/index-builder.ts";
import type { IndexDocument } from "../../../src/search/index-document.ts";
import { SearchIndex } from "../../../src/search/search-index.ts";
import type { SearchOptions } from "../../../src/search/search-options.ts";
import { VectorsBuilder } from "../../../src/search/semantic/vectors-builder.ts";
import { fakeVector } from "../../support/fake-embeddings.ts";
import { buildFile, document, idsOf } from "../support.ts";

const DOCUMENTS = [
  document("garage#fix", { title: "Fix your car", text: "Change the tyre, then the oil." }),
  document("paint#colour", { title: "Colours", text: "Paint it red, and never mend anything." }),
  document("api#flat", { title: "flat_map", text: "Maps, then flattens by one level." }),
  document("api#map", { title: "Mapping", text: "What flat_map and map do to a list of lists." }),
  document("de/garage#fix", { language: "de", title: "Werkstatt", text: "fix car" }),
];

function fileWithVectors(documents: readonly IndexDocument[]): Uint8Array {
  const builder = new IndexBuilder();
  const vectors = new VectorsBuilder("fake");
  for (const each of documents) {
    builder.add(each);
    vectors.add(fakeVector(`${each.title} ${each.text}`));
  }
  return builder.finish(new Uint8Array(0), vectors.finish());
}

function fusedIds(index: SearchIndex, query: string, options: SearchOptions = {}): string[] {
  const scan = index.scanNearest(fakeVector(query), options);
  while (scan?.step());
  return index.searchFused(query, scan?.found() ?? [], options).hits.map(({ id }) => id);
}

const index = SearchIndex.open(fileWithVectors(DOCUMENTS));

describe("searchFused", () => {
  it("finds what says the same in other words", () => {
    expect(idsOf(index, "repair automobile", "en")).not.toContain("garage#fix");
    expect(fusedIds(index, "repair automobile", { language: "en" })[0]).toBe("garage#fix");
  });

  it("raises what says it in other words above what only has a word", () => {
    expect(idsOf(index, "mend an automobile", "en")[0]).toBe("paint#colour");
    const ids = fusedIds(index, "mend an automobile", { language: "en" });
    expect(ids.slice(0, 2).toSorted()).toEqual(["garage#fix", "paint#colour"]);
  });

  it.each(["flat_map", "flat_map list", "Mapping", "mapping"])(
    "keeps what %j names first, whatever is near in meaning",
    (query) => {
      const [first] = idsOf(index, query, "en");
      const others = [...DOCUMENTS.keys()].filter((number) => DOCUMENTS[number]?.id !== first);
      const nearest = others.map((number) => ({ document: number, similarity: 1 }));
      const { hits } = index.searchFused(query, nearest, { language: "en" });
      expect(hits[0]?.id).toBe(first);
      expect(hits.map(({ score }) => score)).toEqual(
        hits.map(({ score }) => score).toSorted((a, b) => b - a),
      );
    },
  );

  it("heeds filters and the language", () => {
    const ids = fusedIds(index, "repair automobile", { language: "de" });
    expect(ids).toContain("de/garage#fix");
    expect(ids).not.toContain("garage#fix");
    expect(fusedIds(index, "repair automobile", { version: "9" })).toEqual([]);
  });

  it("shows a snippet and no matches of what holds no word", () => {
    const scan = index.scanNearest(fakeVector("repair automobile"));
    while (scan?.step());
    const { hits } = index.searchFused("repair automobile", scan?.found() ?? []);
    const hit = hits.find(({ id }) => id === "garage#fix");
    expect(hit).toMatchObject({
      matched: [],
      snippet: { text: expect.stringContaining("Change the tyre") },
    });
  });

  it("leaves the search by words as it is without vectors", () => {
    const plain = SearchIndex.open(buildFile(DOCUMENTS));
    expect(plain.vectors).toBeUndefined();
    expect(plain.scanNearest(fakeVector("car"))).toBeUndefined();
    expect(plain.search("flat_map")).toEqual(index.search("flat_map"));
    expect(plain.searchFused("flat_map", [])).toEqual(plain.search("flat_map"));
  });
});

describe("vectors of an index", () => {
  it("stay with their documents through updates, merges and files", () => {
    const changed = document("paint#colour", { title: "Colours", text: "fix car" });
    const updated = index.update({ remove: ["api", "paint"], documents: [changed] });
    const opened = SearchIndex.open(updated.toBytes());
    for (const one of [updated, opened]) {
      expect(fusedIds(one, "repair automobile", { language: "en" })[0]).toBe("garage#fix");
      const kept = one.vectors?.scales.filter((scale) => scale > 0);
      // The two that stayed; what was replaced has none until the index is made anew.
      expect(kept?.length).toBe(2);
    }
  });

  it("of hidden documents are nowhere in an index without them", async () => {
    const hidden = await index.without(["garage"], new Uint8Array(0));
    expect(hidden.vectors?.scales.length).toBe(DOCUMENTS.length - 1);
    const own = Buffer.from(index.vectors?.components.slice(0, 64) ?? []);
    expect(Buffer.from(index.toBytes()).includes(own)).toBe(true);
    expect(Buffer.from(hidden.toBytes()).includes(own)).toBe(false);
    expect(fusedIds(hidden, "repair automobile")).not.toContain("garage#fix");
  });

  it("that do not fit are the one error of a damaged file", () => {
    const builder = new IndexBuilder();
    builder.add(DOCUMENTS[0]!);
    const vectors = new VectorsBuilder("fake");
    for (let i = 0; i < 2; i++) vectors.add([1, 2]);
    const bytes = builder.finish(new Uint8Array(0), vectors.finish());
    expect(() => SearchIndex.open(bytes)).toThrow(
      expect.objectContaining({ code: "ERR_INDEX_CORRUPT" }),
    );
  });
});
