import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanLine } from "../../src/mcp/clean-text.ts";

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
