import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STEMMED_LANGUAGES, stemmerFor } from "../../../src/search/analysis/stemmers.ts";

describe("stemmerFor", () => {
  // Expected stems are those of Snowball's own vocabulary files.
  it.each([
    ["en", "generalizations", "general"],
    ["en", "certificates", "certif"],
    ["en", "skies", "sky"],
    ["en", "running", "run"],
    ["en", "news", "news"],
    ["de", "aufeinanderfolgenden", "aufeinanderfolg"],
    ["de", "häuser", "haus"],
    ["fr", "continuellement", "continuel"],
    ["es", "canciones", "cancion"],
    ["pt", "boiando", "boi"],
    ["it", "pronunciamento", "pronunc"],
    ["nl", "lichamelijkheden", "licham"],
    ["da", "undersøgelsen", "undersøg"],
    ["sv", "jaktkarlarne", "jaktkarl"],
    ["no", "havnedistriktene", "havnedistrikt"],
    ["fi", "edeltänyt", "edeltäny"],
    ["ru", "важнейшими", "важн"],
    ["hu", "babaházakat", "babaház"],
    ["tr", "adaylarının", "aday"],
    ["ca", "redundants", "redund"],
  ])("%s: %s -> %s", (language, word, stem) => {
    expect(stemmerFor(language)(word)).toBe(stem);
  });

  it("brings the forms of a word together in every language it claims", () => {
    const forms: Readonly<Record<string, readonly [string, string]>> = {
      ar: ["الكتاب", "كتاب"],
      bg: ["книгата", "книга"],
      cs: ["certifikáty", "certifikátu"],
      el: ["πιστοποιητικά", "πιστοποιητικών"],
      eu: ["lokalean", "lokaletan"],
      ga: ["phríomhchuspóirí", "príomhchuspóirí"],
      hi: ["लड़कियों", "लड़कियाँ"],
      hy: ["գերազանցությամբ", "գերազանցություն"],
      id: ["membaca", "bacaan"],
      lt: ["knygos", "knyga"],
      ne: ["घरहरू", "घर"],
      ro: ["certificatele", "certificatelor"],
      sl: ["knjigami", "knjigam"],
      sr: ["књигама", "књигом"],
      ta: ["மரங்கள்", "மரங்களை"],
    };
    const apart = Object.entries(forms)
      .map(([language, words]) => [language, ...words.map(stemmerFor(language))])
      .filter(([, first, second]) => first !== second);
    expect(apart).toEqual([]);
  });

  it("ignores region and script, and knows the other names of a language", () => {
    expect(stemmerFor("pt-BR")).toBe(stemmerFor("pt"));
    expect(stemmerFor("nb")).toBe(stemmerFor("no"));
  });

  it.each(["", "zh", "ja", "tlh", "__proto__", "constructor"])(
    "%j has the identity",
    (language) => {
      expect(stemmerFor(language)("certificates")).toBe("certificates");
    },
  );

  it("leaves alone what is no word", () => {
    const stem = stemmerFor("en");
    for (const word of ["0x0e00", "x509s", "a", "", "node-modules", "s".repeat(49)]) {
      expect(stem(word)).toBe(word);
    }
  });

  it("answers every word of every language with a word", () => {
    const letters = fc.string({ unit: "grapheme", minLength: 1, maxLength: 24 });
    fc.assert(
      fc.property(fc.constantFrom(...STEMMED_LANGUAGES), letters, (language, word) => {
        expect(stemmerFor(language)(word.toLowerCase().normalize("NFC"))).not.toBe("");
      }),
    );
  });
});
