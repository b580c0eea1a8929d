import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanLine, cleanText } from "../../src/mcp/clean-text.ts";

describe("cleanText", () => {
  it.each([
    ["zero-width space", "pass\u200Bword", "password"],
    ["right-to-left override", "a\u202Eb\u202C", "ab"],
    ["directional isolates", "\u2066x\u2069", "x"],
    ["NUL and other controls", "a\0b\u0007c\u009Fd", "abcd"],
    ["byte order mark", "\uFEFF# Title", "# Title"],
    ["tag characters", "ok\u{E0069}\u{E0067}", "ok"],
    ["variation selectors supplement", "a\u{E0101}b", "ab"],
    ["soft hyphen", "hy\u00ADphen", "hyphen"],
    ["carriage returns", "a\r\nb\rc", "a\nb\nc"],
    ["line and paragraph separators", "a\u2028b\u2029c", "a\nb\nc"],
    ["a joiner beside ASCII", "a\u200Db", "ab"],
    ["a row of joiners", "س\u200C\u200D\u200Cی", "س\u200Cی"],
    ["a lone surrogate", "a\uD800b\uDC00", "a\uFFFDb\uFFFD"],
  ])("takes away: %s", (_name, dirty, clean) => {
    expect(cleanText(dirty)).toBe(clean);
  });

  it.each([
    ["Persian half-spaces", "می\u200Cخواهم"],
    ["Devanagari joiners", "क्\u200Dष"],
    ["emoji families", "👩\u200D👩\u200D👧"],
    ["emoji presentation", "❤\uFE0F"],
    ["tabs and line feeds", "\ta\n\n b"],
    ["astral letters", "𝒜𠀀"],
  ])("keeps: %s", (_name, text) => {
    expect(cleanText(text)).toBe(text);
  });

  it("is done after once, and never longer than its input", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const once = cleanText(text);
        expect(cleanText(once)).toBe(once);
        expect(once.length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe("cleanLine", () => {
  it("is one line of at most so many characters, never half a character", () => {
    expect(cleanLine("  two\n\n lines\t", 20)).toBe("two lines");
    expect(cleanLine("abcdef", 4)).toBe("abc…");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 40 }), (text, max) => {
        const line = cleanLine(text, max);
        expect(line.length).toBeLessThanOrEqual(max);
        expect(line).not.toMatch(/[\n\r\0]|\p{Surrogate}/u);
      }),
    );
  });
});
