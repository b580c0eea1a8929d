import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalizeText, stripInvisible } from "../../../src/corpus/sections/strip-invisible.ts";

describe("stripInvisible", () => {
  it.each([
    ["NUL and controls", "a\u0000b\u0007c\u001b[31m", "abc[31m"],
    [
      "zero-width characters in prose",
      "pass\u200bword \u200dhi\u2060dden\ufeff",
      "password hidden",
    ],
    ["bidi overrides", "safe\u202e\u2066txt\u2069.exe\u200f", "safetxt.exe"],
    ["soft hyphens", "docu\u00admentation", "documentation"],
    [
      "text in tag characters",
      `hi\u{e0001}${Array.from("ignore", (c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join("")}!`,
      "hi!",
    ],
    ["bits in variation selectors", "a\u{e0100}\u{e0101}\u{e01ef}b", "ab"],
    [
      "a run of joiners after a letter that needs one",
      "\u0646\u200c\u200c\u200d\u200c\u0645",
      "\u0646\u200c\u0645",
    ],
    ["lone surrogates", "a\ud800b\udc00", "a\ufffdb\ufffd"],
    ["a joiner beside ASCII", "a\u200db", "ab"],
    ["variation selectors after letters that have no variants", "a\ufe00\ufe01b\u180bc", "abc"],
    ["vowels without a shape", "\u1780\u17b4\u17b5", "\u1780"],
  ])("takes out %s", (_, text, clean) => {
    expect(stripInvisible(text)).toBe(clean);
  });

  it.each([
    ["the non-joiner of Persian", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"],
    ["the joiner of Sinhala", "\u0dc1\u0dca\u200d\u0dbb\u0dd3"],
    ["the joiner of Hindi", "\u0915\u094d\u200d\u0937"],
    ["a family of emoji", "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}"],
    ["an emoji with a skin and a profession", "\u{1f469}\u{1f3fd}\u200d\u{1f680}"],
    ["the flag of Wales", "\u{1f3f4}\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}"],
    ["the word breaks of Khmer", "\u1797\u17b6\u179f\u17b6\u200b\u1781\u17d2\u1798\u17c2\u179a"],
    ["a variant of a Han character", "\u845b\u{e0100}"],
    ["a standardized variant of a Han character", "\u8c46\ufe00"],
    ["a variant of a Mongolian letter", "\u1820\u180b"],
    ["how an emoji is shown", "\u2764\ufe0f"],
    ["letters beyond the first plane", "\u{1d49c}\u{20000}"],
    ["line feeds, tabs and accents", "e\u0301\n\tx"],
  ])("keeps %s", (_, text) => {
    expect(stripInvisible(text)).toBe(text);
  });

  it("breaks words where an odd line break did", () => {
    expect(stripInvisible("one\u2028two\u000cthree\u0085four")).toBe("one two three four");
  });

  it("changes nothing the second time", () => {
    const text = fc.string({ unit: "binary", maxLength: 40 });
    const joined = fc.array(
      fc.constantFrom("\u200d", "\u200b", "\u202e", "a", "\u{1f469}", "\u0915", "\u{e0061}"),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          joined.map((parts) => parts.join("")),
        ),
        (sample) => {
          const once = stripInvisible(sample);
          expect(stripInvisible(once)).toBe(once);
          expect(once.length).toBeLessThanOrEqual(sample.length);
        },
      ),
    );
  });
});

describe("normalizeText", () => {
  it("knows the line ends of all systems", () => {
    expect(normalizeText("a\r\nb\rc\nd\r\r\ne")).toBe("a\nb\nc\nd\n\ne");
  });
});
