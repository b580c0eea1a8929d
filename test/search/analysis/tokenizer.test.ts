import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  KIND_OVERLAP,
  MAX_TOKEN_BYTES,
  TokenBuffer,
  tokenize,
} from "../../../src/search/analysis/tokenizer.ts";
import { hashOf } from "../../../src/search/byte-hash.ts";

function tokensOf(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const tokens = new TokenBuffer();
  tokenize(bytes, bytes.length, tokens);
  return Array.from({ length: tokens.count }, (_, i) =>
    new TextDecoder().decode(bytes.subarray(tokens.starts[i], tokens.ends[i])),
  );
}

describe("tokenize", () => {
  it.each([
    ["plain words, and more.", ["plain", "words", "and", "more"]],
    ["Array.prototype.flatMap()", ["Array.prototype.flatMap"]],
    ["flat_map flat-map", ["flat_map", "flat-map"]],
    ["--max-old-space-size=4096", ["max-old-space-size", "4096"]],
    ["run with -x or `-y`", ["run", "with", "-x", "or", "-y"]],
    ["ERR_FOO_BAR, E0382", ["ERR_FOO_BAR", "E0382"]],
    ["/etc/nginx/nginx.conf", ["etc/nginx/nginx.conf"]],
    ["node:fs/promises", ["node:fs/promises"]],
    ["std::vec::Vec<T>", ["std::vec::Vec", "T"]],
    ["v1.2.3", ["v1.2.3"]],
    [
      "C++ and C# and F#, not i++ or a#b",
      ["C++", "and", "C#", "and", "F#", "not", "i", "or", "a#b"],
    ],
    [".NET and ASP.NET. End", [".NET", "and", "ASP.NET", "End"]],
    ["don't l’index", ["don't", "l’index"]],
    ["key: value at 12:30", ["key", "value", "at", "12", "30"]],
    ["App\\Models\\User but a\\nb", ["App\\Models\\User", "but", "a", "nb"]],
    ["a — b … c", ["a", "b", "c"]],
    ["naïve Straße", ["naïve", "Straße"]],
    ["証明書 x", ["証明", "明書", "書", "x"]],
    ["한국어", ["한국", "국어", "어"]],
    ["\u0645\u0631\u062d\u0628\u0627", ["\u0645\u0631\u062d\u0628\u0627"]],
    ["\u{1f600} ok", ["ok"]],
  ])("finds the words of %j", (text, expected) => {
    expect(tokensOf(text)).toEqual(expected);
  });

  it("gives any text ascending tokens of bounded length, with their hashes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const bytes = new TextEncoder().encode(text);
        const tokens = new TokenBuffer();
        tokenize(bytes, bytes.length, tokens);
        let shown = 0;
        for (let i = 0; i < tokens.count; i++) {
          const [start, end] = [tokens.starts[i]!, tokens.ends[i]!];
          expect(start).toBeGreaterThanOrEqual(shown);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(bytes.length);
          expect(tokens.hashes[i]).toBe(hashOf(bytes, start, end));
          shown = tokens.shownEnds[i]!;
          expect(shown < end).toBe(tokens.kinds[i] === KIND_OVERLAP);
        }
      }),
    );
  });

  it("cuts what is too long for a word", () => {
    const [first = "", ...rest] = tokensOf("x".repeat(200));
    expect(first).toHaveLength(MAX_TOKEN_BYTES);
    expect([first, ...rest].join("")).toBe("x".repeat(200));
    // A path ends where a part does.
    expect(tokensOf("part/".repeat(20))[0]).toBe(
      "part/part/part/part/part/part/part/part/part/part",
    );
  });
});
