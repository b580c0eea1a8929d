import { describe, expect, it } from "vitest";
import { SearchIndex } from "../../src/search/search-index.ts";
import { buildFile, document, indexOf } from "./support.ts";

describe("SearchIndex", () => {
  it("gives back what was stored", () => {
    const index = SearchIndex.open(
      buildFile([document("guide/install#linux"), document("guide/use")], {
        groups: ["guide/use", "guide/install"],
        metadata: "facts",
      }),
    );
    expect(new TextDecoder().decode(index.metadata)).toBe("facts");
    expect(index.documentCount).toBe(2);
    expect(index.groupCount).toBe(2);
    expect(index.groupIds()).toEqual(["guide/use", "guide/install"]);
    expect(new TextDecoder().decode(index.storedDocument("guide/use"))).toBe("guide/use");
    expect(new TextDecoder().decode(index.storedGroup("guide/install"))).toBe("guide/install");
    expect(index.storedDocument("guide")).toBeUndefined();
    expect(index.storedGroup("guide")).toBeUndefined();
  });

  it("has a revision that is equal for equal content only", () => {
    const revision = (text: string): string => indexOf([document("a", { text })]).revision;
    expect(revision("one")).toBe(revision("one"));
    expect(revision("one")).not.toBe(revision("two"));
    expect(revision("one")).toMatch(/^[0-9a-f]{32}$/);
  });

  it("answers on an empty index", () => {
    const result = indexOf([]).search("anything");
    expect(result).toEqual({ hits: [], total: 0, confidence: 0 });
  });

  it.each(["", "   ", "?!", "\u{1f600}", "\ud800"])("answers %j with nothing", (query) => {
    expect(indexOf([document("a", { text: "words" })]).search(query).hits).toEqual([]);
  });

  it.each([0, 101, 1.5, Number.NaN])("refuses a limit of %d", (limit) => {
    expect(() => indexOf([]).search("a", { limit })).toThrow(RangeError);
  });
});
