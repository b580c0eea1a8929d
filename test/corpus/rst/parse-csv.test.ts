import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCsv } from "../../../src/corpus/rst/rst-tables.ts";

const value = fc.string({
  unit: fc.constantFrom("a", "b", '"', ",", "\n", " ", "ü"),
  maxLength: 8,
});
const rows = fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), { maxLength: 5 });

/** As RFC 4180 writes it; what need not be quoted is not. */
function written(all: readonly (readonly string[])[]): string {
  const cell = (text: string): string =>
    /[",\n]/.test(text) || text.trim() === "" ? `"${text.replaceAll('"', '""')}"` : text;
  return all.map((row) => row.map(cell).join(",")).join("\n");
}

describe("parseCsv", () => {
  it("reads what RFC 4180 writes", () => {
    fc.assert(
      fc.property(rows, (all) => {
        const expected = all
          .map((row) => row.map((text) => text.trim()))
          // A line without a value is no row.
          .filter((row) => row.length > 1 || row[0] !== "");
        const found = parseCsv(written(all)).filter((row) => row.length > 1 || row[0] !== "");
        expect(found).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["", []],
    ["a, b ,c", [["a", "b", "c"]]],
    ['"a" and more, "b, c"', [["a", "b, c"]]],
    [
      "a,\n\n,b",
      [
        ["a", ""],
        ["", "b"],
      ],
    ],
    ['an "inch"", "5"" disk"', [['an "inch""', '5" disk']]],
    ['"never closed, b\nc', [['"never closed', "b"], ["c"]]],
    [`"${"x".repeat(9_000)}",y`, [["x".repeat(9_000), "y"]]],
  ])("reads %j", (text, expected) => expect(parseCsv(text)).toEqual(expected));

  it.each(['"a,', '"', '""', '" "', '"a', ",", " ", '"\n'])(
    "is done with %j, 100,000 times over, in the time that reading takes",
    (part) => {
      const text = part.repeat(100_000);
      const chars = parseCsv(text)
        .flat()
        .reduce((sum, cell) => sum + cell.length, 0);
      expect(chars).toBeLessThanOrEqual(text.length);
    },
  );
});
