import { describe, expect, it } from "vitest";
import { STOP_WORD_LANGUAGES, stopWordsFor } from "../../../src/search/analysis/stop-words.ts";

describe("stopWordsFor", () => {
  it("has the words of the language, whatever the region", () => {
    expect(stopWordsFor("en").has("the")).toBe(true);
    expect(stopWordsFor("pt-br").has("não")).toBe(true);
    expect(stopWordsFor("nb")).toBe(stopWordsFor("no"));
  });

  it("keeps words that documentation is about", () => {
    for (const word of ["not", "without", "off", "out", "use", "new", "system", "help"]) {
      expect(stopWordsFor("en").has(word)).toBe(false);
    }
  });

  it.each(["", "tlh", "__proto__", "constructor"])("has none for %j", (language) => {
    expect(stopWordsFor(language).size).toBe(0);
  });

  it.each(STOP_WORD_LANGUAGES)("%s: a short list of lower-case NFC words", (language) => {
    const words = [...stopWordsFor(language)];
    expect(words.length).toBeGreaterThan(15);
    expect(words.length).toBeLessThan(220);
    expect(words.filter((word) => word === "" || word !== word.normalize("NFC"))).toEqual([]);
    expect(words.filter((word) => word !== word.toLowerCase())).toEqual([]);
  });
});
