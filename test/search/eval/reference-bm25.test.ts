import { describe, expect, it } from "vitest";
import { ReferenceBm25 } from "../../../src/search/eval/reference-bm25.ts";

describe("ReferenceBm25", () => {
  it("ranks by the textbook's numbers", () => {
    const reference = new ReferenceBm25();
    // Lengths without stop words: 4, 2, 2; average 8 / 3.
    reference.add("long", "Certificates are renewed before certificates expire");
    reference.add("short", "certificate files");
    reference.add("other", "the network ports");
    expect(reference.search("the certificate", 10)).toEqual(["long", "short"]);
    expect(reference.search("renewing ports", 10)).toEqual(["other", "long"]);
    expect(reference.search("nothing here", 10)).toEqual([]);
  });

  it("counts a word that the query repeats twice", () => {
    const reference = new ReferenceBm25();
    reference.add("a", "apple pear");
    reference.add("b", "plum quince");
    expect(reference.search("apple plum plum", 1)).toEqual(["b"]);
    expect(reference.search("apple apple plum", 1)).toEqual(["a"]);
  });

  it("breaks ties by the order of adding and keeps to the limit", () => {
    const reference = new ReferenceBm25();
    for (const id of ["x", "y", "z"]) reference.add(id, "same text");
    expect(reference.search("same", 2)).toEqual(["x", "y"]);
  });
});
