import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutMarkdown } from "../../src/mcp/markdown-cut.ts";

describe("cutMarkdown", () => {
  it("ends after a block", () => {
    const text = "First block.\n\nSecond block that is cut";
    expect(cutMarkdown(text, 18)).toBe("First block.\n\n".length);
  });

  it("ends before a code block rather than in it", () => {
    const text = `${"Some words before. ".repeat(5)}\n\n\`\`\`sh\none\n\ntwo\n\`\`\`\n\nAfter.\n`;
    const end = cutMarkdown(text, text.indexOf("two"));
    expect(text.slice(0, end)).not.toContain("```");
  });

  it("ends after a line in a code block that is longer than all of it", () => {
    const text = `\`\`\`\n${"line of code\n".repeat(20)}\`\`\`\n`;
    expect(text.slice(0, cutMarkdown(text, 100))).toMatch(/line of code\n$/);
  });

  it("takes a tilde fence and a longer closing fence for what they are", () => {
    const text = `${"x".repeat(60)}\n\n~~~\na\n\nb\n~~~~\n\nrest of the text`;
    const end = cutMarkdown(text, text.indexOf("rest") + 3);
    expect(text.slice(0, end)).toMatch(/~~~~\n\n$/);
  });

  it("keeps something, at most what was asked, and no half of a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 3 }), fc.nat(), (text, n) => {
        const end = 2 + (n % text.length);
        const cut = cutMarkdown(text, end);
        expect(cut).toBeGreaterThan(0);
        expect(cut).toBeLessThanOrEqual(Math.min(end, text.length));
        expect(text.slice(0, cut)).not.toMatch(/\p{Surrogate}$/u);
      }),
    );
  });
});
