import { describe, expect, it } from "vitest";
import { sliceEdited } from "../../../src/corpus/sections/source-edits.ts";

describe("sliceEdited", () => {
  it("makes edits in any order", () => {
    const edits = [
      { start: 6, end: 8, text: "G" },
      { start: 1, end: 3, text: "" },
      { start: 4, end: 4, text: "+" },
    ];
    expect(sliceEdited("abcdefghij", 0, 10, edits)).toBe("ad+efGij");
  });

  it("lets the outer edit win over those in it, whichever was made first", () => {
    const outer = { start: 1, end: 5, text: "-" };
    for (const inner of [
      { start: 1, end: 2, text: "x" },
      { start: 3, end: 4, text: "y" },
      { start: 4, end: 5, text: "z" },
    ]) {
      expect(sliceEdited("abcdef", 0, 6, [outer, inner])).toBe("a-f");
      expect(sliceEdited("abcdef", 0, 6, [inner, outer])).toBe("a-f");
    }
  });

  it("leaves edits outside the slice alone", () => {
    expect(
      sliceEdited("abcdef", 2, 4, [
        { start: 0, end: 1, text: "x" },
        { start: 4, end: 5, text: "y" },
      ]),
    ).toBe("cd");
  });
});
