import { describe, expect, it } from "vitest";
import { choosePageLanguage, MESSAGES, PAGE_LANGUAGES } from "../../src/web/messages.ts";

describe("the page's language", () => {
  it.each([
    [null, null, "en"],
    ["de", "fr", "de"],
    ["pt", "fr", "fr"],
    ["IT-ch", null, "it"],
    ["constructor", null, "en"],
    [null, "pt-BR, es-419;q=0.8, en;q=0.9", "en"],
    [null, "pt-BR, es-419;q=0.8, en;q=0.7", "es"],
    [null, "de;q=0, it;q=0.1", "it"],
    [null, "*", "en"],
    [null, ";;;,,,q=", "en"],
    [null, `${"x,".repeat(100_000)}de`, "en"],
  ])("of ?lang=%s and Accept-Language %s is %s", (asked, accepted, language) => {
    expect(choosePageLanguage(asked, accepted)).toBe(language);
  });
});

describe.each(PAGE_LANGUAGES.filter((language) => language !== "en"))("%s", (language) => {
  const { en } = MESSAGES;
  const messages = MESSAGES[language];

  it("has every sentence, in its own words", () => {
    // Words that are the same in the other language too.
    const shared = [
      "code",
      "text",
      "index",
      "Index",
      "Code",
      "Text",
      "versions 2",
      "1 page",
      "2 pages",
      "1 section",
      "2 sections",
    ];
    const sentences = (each: typeof en): string[] =>
      [
        ...Object.values(each).flatMap((value: unknown) => value),
        ...Object.values(each.fields),
        each.pages("1", true),
        each.pages("2", false),
        each.sections("1", true),
        each.sections("2", false),
        each.versions("2"),
        each.resultCount(2),
        each.corrected("x"),
        each.addTo("Cursor"),
        each.builtAt("x"),
      ].filter((value) => typeof value === "string");
    const english = new Set(sentences(en).filter((sentence) => !shared.includes(sentence)));
    expect(Object.keys(messages)).toEqual(Object.keys(en));
    expect(messages.code).toBe(language);
    expect(
      sentences(messages).filter((sentence) => sentence === "" || english.has(sentence)),
    ).toEqual([]);
  });

  it("says as many steps", () => {
    expect(messages.chatgptSteps).toHaveLength(en.chatgptSteps.length);
    expect(messages.geminiSteps).toHaveLength(en.geminiSteps.length);
  });
});
