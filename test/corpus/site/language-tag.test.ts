import { describe, expect, it } from "vitest";
import {
  detectLanguageFolders,
  languageTagOf,
  splitLanguageSuffix,
} from "../../../src/corpus/site/language-tag.ts";

describe("languageTagOf", () => {
  it.each([
    ["de", "de"],
    ["pt_BR", "pt-br"],
    ["zh-Hant", "zh-hant"],
    ["zh-cn", "zh-cn"],
    ["es-419", "es-419"],
  ])("knows %s", (text, tag) => expect(languageTagOf(text)).toBe(tag));

  it.each(["docs", "api", "cli", "faq", "app", "v1", "x", "", "de-", "guide", "js", "css"])(
    "takes %j for a word",
    (text) => expect(languageTagOf(text)).toBeUndefined(),
  );
});

describe("detectLanguageFolders", () => {
  const settings = { defaultLanguage: "en" };

  it("finds languages beside each other", () => {
    const folders = detectLanguageFolders(["en/a.md", "pt-BR/a.md", "img/x.md"], settings);
    expect([...folders]).toEqual([
      ["en", "en"],
      ["pt-BR", "pt-br"],
    ]);
  });

  it("leaves a single short word alone, unless it is the default language and all there is", () => {
    expect(detectLanguageFolders(["is/a.md", "guide/a.md"], settings).size).toBe(0);
    expect(detectLanguageFolders(["en/a.md", "guide/a.md"], settings).size).toBe(0);
    expect([...detectLanguageFolders(["en/a.md", "LICENSE.md"], settings).keys()]).toEqual(["en"]);
  });

  it("keeps to the configured languages", () => {
    const given = { ...settings, languages: ["de", "x-pirate"] };
    const folders = detectLanguageFolders(["de/a.md", "fr/a.md", "x-pirate/a.md"], given);
    expect([...folders.keys()]).toEqual(["de", "x-pirate"]);
  });
});

describe("splitLanguageSuffix", () => {
  it("parts a name from the language that follows its last dot", () => {
    expect(splitLanguageSuffix("v1.2.de", languageTagOf)).toEqual({ stem: "v1.2", language: "de" });
    expect(splitLanguageSuffix("v1.2", languageTagOf)).toEqual({
      stem: "v1.2",
      language: undefined,
    });
    expect(splitLanguageSuffix(".de", languageTagOf)).toEqual({ stem: ".de", language: undefined });
  });
});
