import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { segmentWords, type UnspacedScript } from "../../../src/search/analysis/segment.ts";

const unitsOf = (run: string, script: UnspacedScript): string[] =>
  [...segmentWords(run, script)].map(({ start, end }) => run.slice(start, end));

describe("segmentWords", () => {
  it("pairs neighbouring syllables and keeps marks with their letters", () => {
    expect(unitsOf("เซิร์ฟเวอร์", "thai")).toEqual(["เซิร์", "ร์ฟ", "ฟเว", "เวอ", "อร์"]);
    expect(unitsOf("ຂໍ້ມູນ", "lao")).toEqual(["ຂໍ້ມູ", "ມູນ"]);
    expect(unitsOf("ភាសាខ្មែរ", "khmer")).toEqual(["ភាសា", "សាខ្មែ", "ខ្មែរ"]);
    expect(unitsOf("မြန်မာစာ", "myanmar")).toEqual(["မြန်မာ", "မာစာ"]);
  });

  it("finds a word's units in every run that holds the word", () => {
    const inside = unitsOf("วิธีต่ออายุใบรับรองอย่างไร", "thai");
    expect(inside).toEqual(expect.arrayContaining(unitsOf("ใบรับรอง", "thai")));
  });

  it("gives a lone syllable as it is, and nothing for nothing", () => {
    expect(unitsOf("ที่", "thai")).toEqual(["ที่"]);
    expect(unitsOf("", "khmer")).toEqual([]);
  });

  const anyRun = fc.string({
    unit: fc.integer({ min: 0x0e00, max: 0x0eff }).map((code) => String.fromCodePoint(code)),
    minLength: 1,
    maxLength: 60,
  });
  it.each(["thai", "lao", "khmer", "myanmar"] as const)(
    "%s: ascending units cover the whole run, each a neighbour of the next",
    (script) => {
      fc.assert(
        fc.property(anyRun, (run) => {
          const units = [...segmentWords(run, script)];
          expect(units[0]?.start).toBe(0);
          expect(units.at(-1)?.end).toBe(run.length);
          for (const [index, unit] of units.entries()) {
            const next = units[index + 1];
            if (!next) continue;
            expect(next.start).toBeGreaterThan(unit.start);
            expect(next.start).toBeLessThan(unit.end);
            expect(next.end).toBeGreaterThan(unit.end);
          }
        }),
      );
    },
  );
});
