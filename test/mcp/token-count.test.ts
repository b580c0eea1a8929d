import { getTokenizer } from "@anthropic-ai/tokenizer";
import * as fc from "fast-check";
import { encode as encodeO200k } from "gpt-tokenizer/encoding/o200k_base";
import { afterAll, describe, expect, it } from "vitest";
import { COMMON_WORDS } from "../../src/mcp/common-words.ts";
import { countTokens, fitTokens } from "../../src/mcp/token-count.ts";

const claude = getTokenizer();
afterAll(() => claude.free());

/** The dearer of two real tokenizers; no special tokens, and no normalisation to help. */
function realTokens(text: string): number {
  return Math.max(
    encodeO200k(text, { disallowedSpecial: new Set() }).length,
    claude.encode(text, []).length,
  );
}

const chars = (first: number, last: number): fc.Arbitrary<string> =>
  fc.integer({ min: first, max: last }).map((code) => String.fromCodePoint(code));
const stringOf = (unit: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(unit, { minLength: 1, maxLength: 300, size: "max" }).map((units) => units.join(""));
const words = (unit: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(
      fc
        .array(unit, { minLength: 1, maxLength: 14, size: "max" })
        .map((letters) => letters.join("")),
      { minLength: 1, maxLength: 80, size: "max" },
    )
    .map((all) => all.join(" "));

const lower = chars(97, 122);
const TEXTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  "random words": words(lower),
  "capitalised and mixed words": words(fc.oneof(lower, chars(65, 90))),
  "shouted words": words(chars(65, 90)),
  "known words": fc
    .array(fc.constantFrom(...COMMON_WORDS), { minLength: 1, maxLength: 200, size: "max" })
    .chain((all) => fc.constantFrom(" ", "_", "-", "/", ", ", "\n").map((by) => all.join(by))),
  digits: words(chars(48, 57)),
  hex: stringOf(fc.constantFrom(..."0123456789abcdef".split(""))),
  base64: stringOf(
    fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz012345+/".split("")),
  ),
  "printable ASCII": stringOf(chars(32, 126)),
  punctuation: stringOf(fc.constantFrom(..."!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".split(""))),
  "one sign over and over": fc
    .tuple(
      fc.constantFrom(..." !\"#$%&'()*+,-./:;<=>?@[]^_`{|}~0a".split("")),
      fc.integer({ min: 1, max: 400 }),
    )
    .map(([sign, times]) => sign.repeat(times)),
  "indented lines": fc
    .array(fc.tuple(fc.integer({ min: 0, max: 40 }), words(lower)), { maxLength: 20, size: "max" })
    .map((lines) => lines.map(([depth, line]) => " ".repeat(depth) + line).join("\n")),
  "Latin-1": words(fc.oneof(lower, chars(0xc0, 0xff))),
  "Latin Extended": words(chars(0x100, 0x24f)),
  Greek: words(chars(0x391, 0x3c9)),
  Cyrillic: words(chars(0x410, 0x44f)),
  Hebrew: words(chars(0x5d0, 0x5ea)),
  Arabic: words(chars(0x620, 0x64a)),
  Devanagari: words(chars(0x904, 0x97f)),
  Thai: stringOf(chars(0xe01, 0xe5b)),
  kana: stringOf(chars(0x3041, 0x30fe)),
  Han: stringOf(chars(0x4e00, 0x9fff)),
  Hangul: stringOf(chars(0xac00, 0xd7a3)),
  emoji: stringOf(fc.oneof(chars(0x1f300, 0x1faff), fc.constant("👨‍👩‍👧‍👦"), fc.constant("🇩🇪"))),
  "any Unicode": fc.string({ unit: "binary", maxLength: 300, size: "max" }),
  controls: stringOf(chars(0, 0x1f)),
};

describe("countTokens", () => {
  it.each(Object.entries(TEXTS))("is never below a real tokenizer: %s", (_name, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        // As a client receives it, and as it is.
        const json = JSON.stringify({ text });
        expect(countTokens(json)).toBeGreaterThanOrEqual(realTokens(json));
        const bare = text.replace(/\p{Surrogate}/gu, "?");
        expect(countTokens(bare)).toBeGreaterThanOrEqual(realTokens(bare));
      }),
      // An estimate, not a proof: the same texts every time, so that luck breaks no build. Changing
      // the rule calls for a run with thousands and no seed.
      { numRuns: 20, seed: 20260728 },
    );
  });

  it("stays near the truth for English Markdown", () => {
    const markdown = `## Install\n\nDownload the [latest release](https://example.com/releases) and unpack it.\nThen start the server:\n\n\`\`\`sh\ntar xf demo.tar.gz\n./demo serve --port 8080 --host 127.0.0.1\n\`\`\`\n\nThe configuration file is read from the current folder. Every setting can also be given as an environment variable, which wins over the file.\n`;
    const json = JSON.stringify({ text: markdown.repeat(10) });
    expect(countTokens(json) / realTokens(json)).toBeLessThan(2.2);
  });

  it.each(["de", "fr", "ru", "zh", "ja", "ko", "th", "hi", "ar"])(
    "is above for prose in %s",
    (language) => {
      const prose = JSON.stringify({ text: PROSE[language]?.repeat(5) });
      expect(countTokens(prose)).toBeGreaterThanOrEqual(realTokens(prose));
    },
  );
});

const PROSE: Readonly<Record<string, string>> = {
  de: "Die Konfigurationsdatei wird beim Start gelesen; unbekannte Einstellungen werden gemeldet. ",
  fr: "Le fichier de configuration est lu au démarrage ; les réglages inconnus sont signalés. ",
  ru: "Файл настроек читается при запуске, о неизвестных параметрах сообщается. ",
  zh: "启动时读取配置文件，未知的设置会被报告出来。",
  ja: "設定ファイルは起動時に読み込まれ、不明な設定は報告されます。",
  ko: "설정 파일은 시작할 때 읽히며 알 수 없는 설정은 보고됩니다. ",
  th: "ไฟล์การตั้งค่าจะถูกอ่านเมื่อเริ่มต้น และการตั้งค่าที่ไม่รู้จักจะถูกรายงาน ",
  hi: "प्रारंभ में विन्यास फ़ाइल पढ़ी जाती है और अज्ञात सेटिंग बताई जाती हैं। ",
  ar: "يُقرأ ملف الإعدادات عند بدء التشغيل ويُبلَّغ عن الإعدادات غير المعروفة. ",
};

describe("fitTokens", () => {
  it("gives the longest start that is within the budget, cut between words", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 200, size: "max" }),
        fc.nat(120),
        (text, budget) => {
          const end = fitTokens(text, budget);
          expect(countTokens(text.slice(0, end))).toBeLessThanOrEqual(budget + 8);
          expect(end === text.length || countTokens(text) > budget).toBe(true);
          const before = text.charCodeAt(end - 1);
          const isSplit = before >= 0xd800 && before < 0xdc00 && end < text.length;
          expect(isSplit && text.charCodeAt(end) >= 0xdc00 && text.charCodeAt(end) < 0xe000).toBe(
            false,
          );
        },
      ),
    );
    expect(fitTokens("configuration-xqzw", 1)).toBe("configuration".length);
    expect(fitTokens("xqzwvbnmkl", 1)).toBe(0);
  });
});

describe("COMMON_WORDS", () => {
  it("are one token in both tokenizers, alone, capitalised and after a space", () => {
    const dear = [...COMMON_WORDS].filter((word) => {
      const capitalised = word.charAt(0).toUpperCase() + word.slice(1);
      return [word, capitalised, ` ${word}`, ` ${capitalised}`].some(
        (form) => realTokens(form) !== 1,
      );
    });
    expect(dear).toEqual([]);
  });
});
